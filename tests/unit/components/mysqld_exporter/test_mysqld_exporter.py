"""mysqld_exporter: beside every MySQL, and without a password."""

from mainstay.components.mysqld_exporter.component import LOGIN
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled

SITE = a_site(
    machines=machines_that_run(srv_01="balancer web app", db_01="database", mon_01="monitoring"), monitoring="on"
)


def test_it_is_where_mysql_is() -> None:
    having = [name for name, manifest in compiled(SITE).manifests.items() if "mysqld_exporter" in manifest.parts]
    assert having == ["db-01"]


def test_it_comes_by_the_socket_and_knows_no_secret() -> None:
    part = compiled(SITE).manifests["db-01"].parts["mysqld_exporter"]
    login = next(file.text for file in part.files if file.path == LOGIN)
    assert "socket = /run/mysqld/mysqld.sock" in login.splitlines()
    assert not any("${secret:" in file.text for file in part.files)
