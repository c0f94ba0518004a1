"""MySQL's settings, and what it shows."""

from mainstay.model.exposure import Exposure, Port, Probe
from mainstay.model.fault import Limits, process_faults
from tests.builders import a_site, machines_that_run
from tests.vocabulary import compiled, exposed, installed, lines_with

CONFIG = "/etc/mysql/mysql.conf.d/zz-mainstay.cnf"
TOLD = ("MySQLDown", "MySQLNoPrimary", "MySQLRestarted")
DATABASE = machines_that_run(srv_01="balancer web app database")
SERVER = {"srv-01": {"runs": ["balancer", "web", "app", "database"], "address": "192.0.2.1"}}


def server_ids(*names: str) -> dict[str, str]:
    machines = {"lb": {"runs": ["balancer", "web", "app"]}, **{name: {"runs": ["database"]} for name in names}}
    manifests = compiled(a_site(machines=machines)).manifests
    found = {name: lines_with("server_id", manifests[name].parts["mysql"], CONFIG) for name in names}
    return {name: line.removeprefix("server_id = ") for name, (line,) in found.items()}


def test_routers_and_other_databases_come_in() -> None:
    assert exposed(a_site(machines=DATABASE), "mysql") == Exposure(
        (Port("mysql", 3306, ("app", "mysql")), Port("role", 8008, ("app", "mysql"))),
        (
            Probe("unit", "unit", "mysql.service"),
            Probe("answers", "http", "http://10.77.79.233:8008/health"),
        ),
        process_faults("database", "mysqld", "mysql.service", TOLD, Limits(killed=2, stopped=2, frozen=9)),
    )


def test_a_server_has_its_number_for_ever() -> None:
    before = server_ids("db-01", "db-02")
    assert before == {"db-01": "2243099235", "db-02": "482061273"}
    assert server_ids("db-00", "db-02", "db-01").items() >= before.items()


def test_servers_have_numbers_of_their_own() -> None:
    names = [f"srv-{number:02}" for number in range(19)]
    numbers = [int(number) for number in server_ids(*names).values()]
    assert len({*numbers}) == 19
    assert all(1 <= number <= 4_294_967_295 for number in numbers)


def test_the_memory_is_the_labs_in_the_lab_and_the_files_on_servers() -> None:
    lab, database = {"buffer_pool": "64MiB"}, {"failover": "manual", "buffer_pool": "2GiB"}
    in_lab = a_site(machines=DATABASE, lab=lab, database=database)
    on_servers = a_site(machines=SERVER, lab=lab, database=database)
    unsaid = a_site(machines=SERVER, lab=lab)
    sizes = [lines_with("innodb_buffer_pool_size", installed(s, "mysql"), CONFIG) for s in (in_lab, on_servers, unsaid)]
    assert sizes == [
        [f"innodb_buffer_pool_size = {64 * 2**20}"],
        [f"innodb_buffer_pool_size = {2 * 2**30}"],
        [],
    ]


def test_servers_never_see_the_labs_profile() -> None:
    profile = "table_open_cache"
    assert lines_with(profile, installed(a_site(machines=DATABASE), "mysql"), CONFIG) == ["table_open_cache = 400"]
    assert lines_with(profile, installed(a_site(machines=SERVER), "mysql"), CONFIG) == []


def test_it_is_born_read_only_on_its_own_address() -> None:
    mysql = installed(a_site(machines=SERVER), "mysql")
    assert lines_with("super_read_only", mysql, CONFIG) == ["super_read_only = ON"]
    assert lines_with("bind_address", mysql, CONFIG) == ["bind_address = 192.0.2.1"]
    assert lines_with("report_host", mysql, CONFIG) == ["report_host = srv-01"]
