"""What a good file becomes."""

import operator
from pathlib import Path

import pytest
from pydantic import ValidationError

from mainstay.spec import App, Balancer, Database, Lab, Machine, Spec, Ssh, Web
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded


def test_a_small_file_gets_its_defaults(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines:
  srv-01: {runs: [balancer, web, app]}
app:
  source: ./app
  wsgi: shop:app
https: off
firewall: "no"
monitoring: FALSE
"""
    assert loaded(tmp_path, text) == Spec.model_construct(
        name="shop",
        domain="shop.test",
        machines={"srv-01": Machine(runs=("balancer", "web", "app"), address=None, ssh=Ssh())},
        balancer=Balancer(
            algorithm="roundrobin",
            servers="active-active",
            port=80,
            check_interval="500ms",
            timeout="30s",
            queue="5s",
            extra=(),
        ),
        web=Web(static={}, max_body="16MiB", timeout="30s", headers={}),
        app=App(source="app", wsgi="shop:app", health="/up", requirements="requirements.txt", stop_timeout="30s"),
        database=Database(engine="mysql", failover="automatic", max_lag="5s", buffer_pool=None),
        https=False,
        firewall=False,
        monitoring=False,
        lab=Lab(port=8080, buffer_pool="128MiB"),
    )


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """\
balancer: {algorithm: first, servers: active-passive, port: 81, check_interval: 1s, timeout: 2m, queue: 1.5s}
web: {static: {/static: ./app/static/}, max_body: 1GiB, headers: {X-A: no; x, x-b: 010}}
database: {failover: manual, max_lag: 1h, buffer_pool: 2GiB}
lab: {port: 0x1F91, buffer_pool: 512KiB}
"""
    machines = MINIMAL.replace("app]}", "app, database], address: 192.0.2.1, ssh: {user: me, port: 22, key: ~/k}}")
    spec = loaded(tmp_path, machines + APP + text)
    assert spec.balancer == Balancer.model_construct(
        algorithm="first",
        servers="active-passive",
        port=81,
        check_interval=1.0,
        timeout=120.0,
        queue=1.5,
        extra=(),
    )
    assert spec.web == Web.model_construct(
        static={"/static": "app/static"}, max_body=2**30, timeout=30.0, headers={"X-A": "no; x", "x-b": "010"}
    )
    assert spec.database == Database.model_construct(
        engine="mysql", failover="manual", max_lag=3600.0, buffer_pool=2**31
    )
    assert spec.lab == Lab.model_construct(port=8081, buffer_pool=2**19)
    assert spec.machines["srv-01"].ssh == Ssh(user="me", port=22, key="~/k")


def test_variables_reach_the_application_as_written(tmp_path: Path) -> None:
    text = """\
app:
  source: .
  run: ./server --port $PORT
  env: {DEBUG: off, RATIO: 1.50, FLAG: True, ID: 0010, OCTAL: 0o17, EMPTY: "", TEXT: 'null', x-note: [1]}
"""
    assert dict(loaded(tmp_path, MINIMAL + text).app.env) == {
        "DEBUG": "off",
        "RATIO": "1.50",
        "FLAG": "True",
        "ID": "0010",
        "OCTAL": "0o17",
        "EMPTY": "",
        "TEXT": "null",
    }


def test_machines_keep_their_order(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines:
  zoe: {runs: [web, app]}
  lb: {runs: [balancer]}
  anna: {runs: [app, web]}
app: {source: app, asgi: shop.main:app}
https: off
firewall: off
monitoring: off
"""
    spec = loaded(tmp_path, text)
    assert list(spec.machines) == ["zoe", "lb", "anna"]
    assert spec.running("app") == ("zoe", "anna")
    assert spec.running("database") == ()


def test_anchors_merge_keys_and_notes(tmp_path: Path) -> None:
    text = """\
x-server: &server
  x-why: [all, servers, are, alike]
  runs: &roles [web, app]
x-user: &user {ssh: {user: me}}
name: &name shop
domain: shop.test
machines:
  x-spare: {runs: nothing}
  lb-01: {runs: [balancer]}
  srv-01: *server
  srv-02: {<<: *server, runs: [app, web]}
  srv-03: {<<: [*user, *server]}
app: {source: *name, wsgi: !!str shop:app}
https: off
firewall: off
monitoring: off
"""
    spec = loaded(tmp_path, text)
    assert {name: (machine.runs, machine.ssh.user) for name, machine in spec.machines.items()} == {
        "lb-01": (("balancer",), "root"),
        "srv-01": (("web", "app"), "root"),
        "srv-02": (("app", "web"), "root"),
        "srv-03": (("web", "app"), "me"),
    }
    assert spec.app.source == "shop"


@pytest.mark.parametrize("nothing", ["", " ~", " null", " {}"])
def test_an_empty_section_has_its_defaults(tmp_path: Path, nothing: str) -> None:
    text = f"balancer:{nothing}\nweb:{nothing}\nlab:{nothing}\n"
    assert loaded(tmp_path, MINIMAL + APP + text) == loaded(tmp_path, MINIMAL + APP)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    assert loaded(tmp_path, "\ufeff" + MINIMAL + APP).name == "shop"


def test_the_specification_is_frozen(tmp_path: Path) -> None:
    spec, changed = loaded(tmp_path, MINIMAL + APP), "name"
    with pytest.raises(ValidationError):
        setattr(spec, changed, "other")
    with pytest.raises(TypeError):
        operator.setitem(vars(spec.app)["env"], "A", "b")
