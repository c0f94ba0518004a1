"""nginx_exporter: asks the Nginx beside it at a door that only the machine reaches."""

from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, lines_with

SITE = a_site(machines=machines_that_run(srv_01="balancer web app", mon_01="monitoring"), monitoring="on")


def test_it_asks_where_nginx_shows_its_figures() -> None:
    parts = compiled(SITE).manifests["srv-01"].parts
    assert "listen 127.0.0.1:8081;" in lines_with("listen", parts["nginx"], "/etc/nginx/nginx.conf")
    program = parts["nginx_exporter"].files[-1].text
    assert "--nginx.scrape-uri=http://127.0.0.1:8081/ " in program


def test_nothing_is_shown_where_nobody_asks() -> None:
    parts = compiled(a_site(machines=machines_that_run(srv_01="balancer web app"))).manifests["srv-01"].parts
    assert "nginx_exporter" not in parts
    assert not any(":8081" in line for line in lines_with("listen", parts["nginx"], "/etc/nginx/nginx.conf"))
