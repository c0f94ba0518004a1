"""What a good file becomes."""

import operator
from pathlib import Path

import pytest
from pydantic import ValidationError

from mainstay.spec import Ssh
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
    ssh = {"user": "root", "port": 22, "key": None}
    spec = loaded(tmp_path, text)
    assert spec.model_dump() == {
        "name": "shop",
        "domain": "shop.test",
        "machines": {"srv-01": {"runs": ("balancer", "web", "app"), "address": None, "ssh": ssh}},
        "balancer": {
            "algorithm": "roundrobin",
            "servers": "active-active",
            "port": 80,
            "check_interval": 0.5,
            "timeout": 30.0,
            "queue": 5.0,
            "requests_per_address": 500,
            "connections_per_address": 500,
            "mode": "active-passive",
            "addresses": (),
            "takeover": "fast",
            "notify": None,
            "extra": (),
        },
        "web": {"static": {}, "aliases": (), "max_body": 16 * 2**20, "timeout": 30.0, "headers": {}},
        "app": {
            "source": "app",
            "wsgi": "shop:app",
            "asgi": None,
            "run": None,
            "health": "/up",
            "metrics": None,
            "release": None,
            "env": {},
            "workers": None,
            "threads": None,
            "requirements": "requirements.txt",
            "stop_timeout": 30.0,
        },
        "database": {
            "engine": "mysql",
            "failover": "automatic",
            "takeover": "normal",
            "max_lag": 5.0,
            "buffer_pool": None,
        },
        "https": None,
        "firewall": None,
        "monitoring": None,
        "updates": {"at": "02:00"},
        "secrets": {"recipients": ()},
        "lab": {"port": 8080, "buffer_pool": 128 * 2**20, "disk": 2**33},
    }


def test_every_key_is_read(tmp_path: Path) -> None:
    text = """\
balancer:
  {algorithm: first, servers: active-passive, port: 81, check_interval: 1s, timeout: 2m, queue: 1.5s,
   mode: active-active, addresses: [192.0.2.20, 192.0.2.21], takeover: patient, notify: /usr/local/bin/claim --now,
   requests_per_address: 20, connections_per_address: 30, extra: [option x, option y]}
web: {aliases: [www.shop.test], static: {/static: ./app/static/}, max_body: 1GiB, headers: {X-A: no; x, x-b: 010}}
database: {failover: manual, takeover: safe, max_lag: 1h, buffer_pool: 2GiB}
lab: {port: 0x1F91, buffer_pool: 512KiB, disk: 4GiB}
"""
    one = "app, database], address: 192.0.2.1, ssh: {user: me, port: 22, key: ~/k}}"
    machines = MINIMAL.replace("app]}", f"{one}\n  lb-02: {{runs: [balancer], address: 192.0.2.2}}")
    spec = loaded(tmp_path, machines + APP + text)
    assert spec.balancer.model_dump() == {
        "algorithm": "first",
        "servers": "active-passive",
        "port": 81,
        "check_interval": 1.0,
        "timeout": 120.0,
        "queue": 1.5,
        "requests_per_address": 20,
        "connections_per_address": 30,
        "mode": "active-active",
        "addresses": ("192.0.2.20", "192.0.2.21"),
        "takeover": "patient",
        "notify": "/usr/local/bin/claim --now",
        "extra": ("option x", "option y"),
    }
    assert spec.web.model_dump() == {
        "static": {"/static": "app/static"},
        "max_body": 2**30,
        "timeout": 30.0,
        "aliases": ("www.shop.test",),
        "headers": {"X-A": "no; x", "x-b": "010"},
    }
    assert spec.database.model_dump() == {
        "engine": "mysql",
        "failover": "manual",
        "takeover": "safe",
        "max_lag": 3600.0,
        "buffer_pool": 2**31,
    }
    assert spec.lab.model_dump() == {"port": 8081, "buffer_pool": 2**19, "disk": 2**32}
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


def test_machines_without_addresses_are_made_in_the_lab(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL + APP).in_lab
    assert not loaded(tmp_path, MINIMAL.replace("app]", "app], address: 192.0.2.1") + APP).in_lab


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
