"""A changed file changes what it touches, and nothing else, while the site goes on serving.

The tests build on each other in their order: what one has changed in the file stays. At the end there are three
servers, of which the second serves nothing any longer and the third has no database.
"""

from tests.lab.load import no_request_failed, turns
from tests.lab.site import LabSite

PROXY_CHANGES = ["change /etc/haproxy/haproxy.cfg", "reload haproxy.service"]
NGINX_CHANGES = ["change /etc/nginx/nginx.conf", "reload nginx.service"]
HAPROXY_CFG = "/etc/haproxy/haproxy.cfg"


ASK_REPLICAS = """
import os, ssl, urllib.parse
import pymysql

context = ssl.create_default_context(cafile=os.environ["DATABASE_CA"])
url = urllib.parse.urlsplit(os.environ["DATABASE_REPLICA_URL"])
for _ in range(8):
    with pymysql.connect(
        host=url.hostname, port=url.port, user=url.username, password=url.password, database=url.path[1:], ssl=context
    ) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@hostname")
        print(cursor.fetchone()[0])
"""


def takes_effect_unnoticed(site: LabSite, path: str = "/whoami") -> dict[str, int]:
    """Bring the site up under a load of 50 requests a second, none of which may fail; give the changes by machine."""
    planned = {machine: len(changes) for machine, changes in site.plan().items()}
    with site.load(path) as load:
        done = site.up()
    no_request_failed(load, at_least=50)
    assert done == planned
    return done


def is_settled(site: LabSite) -> None:
    """Nothing is left to do, and both `plan` and `up` say so."""
    assert {machine: changes for machine, changes in site.plan().items() if changes} == {}
    assert "Nothing to do" in site.does("up")


def active(site: LabSite, machine: str, *units: str) -> list[str]:
    return site.tries_on(machine, "systemctl", "is-active", *units).output.split()


def test_a_second_up_changes_nothing_and_says_so(site: LabSite) -> None:
    begun = site.runs(
        "srv-01", "systemctl", "show", "--property=ActiveEnterTimestamp", "nginx", "mysql", "mainstay-app"
    )
    assert site.plan() == {"lb-01": [], "srv-01": [], "srv-02": []}
    second = site.tries("up")
    assert second.status == 0
    assert second.output.splitlines()[0].startswith("Nothing to do: all 3 machines are as mainstay.yaml says")
    assert second.output.splitlines()[1] == "Open http://127.0.0.1:18110"
    assert site.does("plan").splitlines()[-1] == "Nothing to do."
    assert begun == site.runs(
        "srv-01", "systemctl", "show", "--property=ActiveEnterTimestamp", "nginx", "mysql", "mainstay-app"
    )


def test_a_header_changes_nginx_only_and_no_request_fails(site: LabSite) -> None:
    site.change("  static: {", "  headers: { X-Greeting: Hello }\n  static: {")
    assert site.plan() == {"lb-01": [], "srv-01": NGINX_CHANGES, "srv-02": NGINX_CHANGES}
    assert '+        add_header X-Greeting "Hello" always;' in site.does("plan")
    assert takes_effect_unnoticed(site) == {"lb-01": 0, "srv-01": 2, "srv-02": 2}
    assert {site.get("/whoami").headers["x-greeting"] for _ in range(4)} == {"Hello"}
    is_settled(site)


def test_a_timeout_changes_the_balancer_only_and_no_request_fails(site: LabSite) -> None:
    site.change("balancer:\n", "balancer:\n  timeout: 20s\n")
    assert site.plan() == {"lb-01": PROXY_CHANGES, "srv-01": [], "srv-02": []}
    assert takes_effect_unnoticed(site) == {"lb-01": 2, "srv-01": 0, "srv-02": 0}
    assert site.runs("lb-01", "grep", "-c", "timeout server 20000ms", HAPROXY_CFG).strip() == "1"
    site.takes_turns("srv-01", "srv-02", within=5)
    is_settled(site)


def test_the_number_of_workers_changes_the_application_only_and_no_request_fails(site: LabSite) -> None:
    site.change("  health: /up ", "  workers: 3\n  health: /up ")
    changes = site.plan()
    assert (changes["lb-01"], changes["srv-01"]) == ([], changes["srv-02"])
    start = f"/srv/mst-shop/releases/{site.whoami()['release']}.start"
    assert changes["srv-01"] == [f"change {start}", "restart mainstay-app.service"]
    takes_effect_unnoticed(site)
    for server in ("srv-01", "srv-02"):
        # The master and its workers.
        assert len(site.runs(server, "pgrep", "--uid", "mainstay-app", "--full", "gunicorn").split()) == 4
    site.takes_turns("srv-01", "srv-02", within=5)
    is_settled(site)


def test_a_new_release_takes_over_and_no_request_fails(site: LabSite) -> None:
    before = site.whoami()["release"]
    style = site.project / "app" / "static" / "style.css"
    style.write_text("body { color: teal }\n")
    takes_effect_unnoticed(site, "/")
    releases = {site.whoami()["release"] for _ in range(6)}
    assert len(releases) == 1
    assert before not in releases
    assert {site.get("/static/style.css").text for _ in range(4)} == {"body { color: teal }\n"}
    is_settled(site)


def test_a_wrong_option_of_haproxy_leaves_the_old_configuration_running(site: LabSite) -> None:
    before = site.runs("lb-01", "sha256sum", HAPROXY_CFG)
    site.change("balancer:\n", 'balancer:\n  extra: ["bogus-option on"]\n')
    with site.load("/whoami") as load:
        failed = site.tries("up")
    assert failed.status == 1
    line = next((line for line in failed.errors.splitlines() if "bogus-option" in line), failed.errors)
    assert "haproxy.cfg" in line
    number = int(line.partition("haproxy.cfg")[2].split(":")[1].split("]")[0])
    assert "Traceback" not in failed.errors
    no_request_failed(load, at_least=20)
    assert site.runs("lb-01", "sha256sum", HAPROXY_CFG) == before
    assert active(site, "lb-01", "haproxy") == ["active"]
    shown = [text for text in site.does("plan").splitlines() if "bogus-option" in text]
    assert shown == ["      +    bogus-option on"]
    assert number > 1
    assert "candidate" not in site.runs("lb-01", "ls", "/etc/haproxy")


def test_the_next_up_is_well_again_once_the_wrong_option_is_gone(site: LabSite) -> None:
    site.change('  extra: ["bogus-option on"]\n', "")
    site.does("up")
    site.is_healthy(within=5)
    site.takes_turns("srv-01", "srv-02", within=5)
    is_settled(site)


def test_what_was_changed_by_hand_on_a_machine_is_put_back(site: LabSite) -> None:
    site.runs("lb-01", "sh", "-c", f"echo '# by hand' >> {HAPROXY_CFG}")
    site.runs("srv-02", "systemctl", "stop", "nginx")
    assert site.plan() == {
        "lb-01": ["change /etc/haproxy/haproxy.cfg"],
        "srv-01": [],
        "srv-02": ["start nginx.service"],
    }
    site.up()
    site.takes_turns("srv-01", "srv-02", within=10)
    is_settled(site)


def test_a_third_server_is_filled_from_the_primary_and_takes_its_turn(site: LabSite) -> None:
    written = [site.post("/entries", {"author": "Joan", "message": f"Entry {n}"}).json()["id"] for n in range(20)]
    site.change(
        "  srv-02: { runs: [web, app, database] }\n",
        "  srv-02: { runs: [web, app, database] }\n  srv-03: { runs: [web, app, database] }\n",
    )
    with site.load("/whoami", per_second=20) as load:
        site.up()
    no_request_failed(load, at_least=50)
    site.takes_turns("srv-01", "srv-02", "srv-03", within=5)
    servers = site.servers(201)
    assert [servers.count(f"srv-0{number}") for number in (1, 2, 3)] == [67, 67, 67]
    assert turns(servers)
    told = site.is_healthy(within=5)["database"]
    assert told == {
        "primary": "srv-01",
        "replicas": {name: {"lag_seconds": 0, "sync": True} for name in ("srv-02", "srv-03")},
    }
    held = site.sql("srv-03", "SELECT id FROM mst_shop.entries WHERE author = 'Joan' ORDER BY id")
    assert held.split() == [str(identifier) for identifier in written]
    is_settled(site)


def test_the_replicas_address_leads_to_both_replicas_in_turns(site: LabSite) -> None:
    """Connection by connection; an application keeps those it has, so its requests show it only in the long run."""
    said = site.tries_as_app("srv-01", ASK_REPLICAS)
    assert sorted(said.output.split()) == ["srv-02"] * 4 + ["srv-03"] * 4, said


def test_a_role_that_is_taken_away_stops_while_the_site_goes_on(site: LabSite) -> None:
    site.change("  srv-03: { runs: [web, app, database] }", "  srv-03: { runs: [web, app] }")
    planned = site.plan()
    assert "stop mysql.service: nothing on this machine wants it any longer" in planned["srv-03"]
    with site.load("/whoami", per_second=20) as load:
        site.up()
    no_request_failed(load, at_least=40)
    assert active(site, "srv-03", "mysql", "mainstay-mysql-role", "nginx") == ["inactive", "inactive", "active"]
    assert site.status()["database"]["replicas"].keys() == {"srv-02"}
    site.reads_from("srv-02", within=10)
    site.takes_turns("srv-01", "srv-02", "srv-03", within=5)
    is_settled(site)


def test_a_server_that_is_to_serve_no_longer_gets_no_more_requests_and_stops(site: LabSite) -> None:
    site.change("  srv-02: { runs: [web, app, database] }", "  srv-02: { runs: [database] }")
    with site.load("/whoami", per_second=20) as load:
        site.up()
    no_request_failed(load, at_least=40)
    units = ("nginx", "mainstay-app.service", "mainstay-app.socket", "haproxy", "mysql")
    assert active(site, "srv-02", *units) == ["inactive"] * 4 + ["active"]
    site.takes_turns("srv-01", "srv-03", within=5)
    site.reads_from("srv-02", within=5)
    is_settled(site)
