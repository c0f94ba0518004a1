"""Broken files, each with all that is said of it."""

from pathlib import Path

from tests.unit.spec.vocabulary import says


def test_misspelled_everywhere(tmp_path: Path) -> None:
    text = """\
name: Shop_1
domian: shop.test
machines:
  lb 01: {runs: [balancr]}
  srv-01: {runs: web, adress: 192.0.2.1}
balancer: {algorithm: rundrobin, servers: all, queue_limit: 3}
app: {source: app, wsgi: shop.app}
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        "mainstay.yaml: domain: This key is missing. Write one such as `domain: shop.test`.",
        (
            'mainstay.yaml:1: name: "Shop_1" is not a name for a site. '
            "Use at most 20 of a-z, 0-9 and `-`; begin with a letter, and do not end with `-`."
        ),
        'mainstay.yaml:2: domian: There is no key "domian" here. Did you mean "domain"?',
        (
            'mainstay.yaml:4: machines."lb 01": "lb 01" is not a name for a machine. '
            "Use at most 31 of a-z, 0-9 and `-`; begin with a letter, and do not end with `-`."
        ),
        'mainstay.yaml:4: machines."lb 01".runs[0]: "balancr" is not a role. Did you mean "balancer"?',
        'mainstay.yaml:5: machines.srv-01.runs: Expected a list, found the text "web". Write `[web]`.',
        'mainstay.yaml:5: machines.srv-01.adress: There is no key "adress" here. Did you mean "address"?',
        'mainstay.yaml:6: balancer.algorithm: "rundrobin" is not an algorithm. Did you mean "roundrobin"?',
        (
            'mainstay.yaml:6: balancer.servers: "all" is not a way to use the servers. '
            "Write one of active-active, active-passive."
        ),
        'mainstay.yaml:6: balancer.queue_limit: There is no key "queue_limit" here. Did you mean "queue"?',
        'mainstay.yaml:7: app.wsgi: "shop.app" is not a module and a name in it. Write it as `package.module:app`.',
    ]


def test_wrong_types(tmp_path: Path) -> None:
    text = """\
name: 123
domain: [shop.test]
machines: yes please
balancer: 5
web:
  max_body: 16
  headers: {X-A: }
app: {source: app, wsgi: true, workers: "4", threads: two, env: {A: {b: c}}}
https: 1
firewall: off
monitoring: {level: high}
"""
    assert says(tmp_path, text) == [
        'mainstay.yaml:1: name: Expected text, found the number 123. Put it in quotes: "123".',
        "mainstay.yaml:2: domain: Expected text, found a list.",
        'mainstay.yaml:3: machines: Expected a mapping, found the text "yes please".',
        "mainstay.yaml:4: balancer: Expected a mapping, found the number 5.",
        'mainstay.yaml:6: web.max_body: 16 is not a size. Write "16MiB".',
        "mainstay.yaml:7: web.headers.X-A: Expected text, found nothing.",
        'mainstay.yaml:8: app.wsgi: Expected text, found true. Put it in quotes: "true".',
        "mainstay.yaml:8: app.env.A: Expected text, found a mapping.",
        'mainstay.yaml:8: app.workers: Expected a whole number, found the text "4". Write 4 without quotes.',
        'mainstay.yaml:8: app.threads: Expected a whole number, found the text "two".',
        "mainstay.yaml:9: https: 1 is neither on nor off. Write `on` or `off`.",
        (
            'mainstay.yaml:11: monitoring.level: There is no key "level" here. Known here: objective, latency, keep, '
            "disk, mail, slack, webhook, pagerduty, telegram, deadman."
        ),
    ]


def test_nothing_written(tmp_path: Path) -> None:
    assert says(tmp_path, "{}") == [
        "mainstay.yaml: name: This key is missing. Write one such as `name: shop`.",
        "mainstay.yaml: domain: This key is missing. Write one such as `domain: shop.test`.",
        (
            "mainstay.yaml: machines: This key is missing. "
            "Write one such as `machines: {srv-01: {runs: [balancer, web, app]}}`."
        ),
        "mainstay.yaml: app: This section is missing. Write `app:` with `source:` and `wsgi:` below it.",
    ]


def test_duplicates_do_not_hide_the_rest(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines:
  srv-01: {runs: [balancer, web, app, app]}
  srv-02: {runs: [web, app]}
  srv-02: {runs: [database]}
  srv-03: {runs: []}
app: {source: app, wsgi: "shop:app", source: other}
name: other
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        "mainstay.yaml:4: machines.srv-01.runs: `app` is written twice. Delete one of them.",
        'mainstay.yaml:6: machines.srv-02: "srv-02" is written twice, in line 5 and in line 6. Delete one of them.',
        (
            "mainstay.yaml:7: machines.srv-03.runs: The machine runs nothing. "
            "Write one or more of balancer, web, app, database, monitoring, witness."
        ),
        'mainstay.yaml:8: app.source: "source" is written twice, in line 8 and in line 8. Delete one of them.',
        'mainstay.yaml:9: name: "name" is written twice, in line 1 and in line 9. Delete one of them.',
    ]


def test_roles_that_do_not_fit(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines:
  srv-01: {runs: [web], address: 192.0.2.1}
  srv-02: {runs: [app], address: 192.0.2.1}
  srv-03: {runs: [monitoring]}
database: {}
app: {source: app}
https: on
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        "mainstay.yaml:3: machines: Nobody runs `balancer`. Add balancer to the `runs` of a machine.",
        (
            "mainstay.yaml:4: machines.srv-01.runs: srv-01 runs web but not app, "
            "and the two meet in a socket on one machine. Add app, or take web away."
        ),
        (
            "mainstay.yaml:4: machines.srv-01.address: srv-01 and srv-02 have one address, 192.0.2.1. "
            "Give each machine its own."
        ),
        (
            "mainstay.yaml:5: machines.srv-02.runs: srv-02 runs app but not web, "
            "and the two meet in a socket on one machine. Add web, or take app away."
        ),
        (
            "mainstay.yaml:5: machines.srv-02.address: srv-01 and srv-02 have one address, 192.0.2.1. "
            "Give each machine its own."
        ),
        (
            "mainstay.yaml:6: machines.srv-03: srv-03 has no address, but srv-01 and srv-02 have. "
            "Give all machines an address, or none to make them in the lab."
        ),
        (
            "mainstay.yaml:6: machines.srv-03.runs: srv-03 runs monitoring, which is off. "
            "Take monitoring away, or delete `monitoring: off`."
        ),
        (
            "mainstay.yaml:7: database: Nobody runs `database`. "
            "Add database to the `runs` of a machine, or delete the section."
        ),
        "mainstay.yaml:8: app: Nothing says how to start it. Write one of wsgi, asgi, run.",
    ]


def test_yaml_of_another_kind(tmp_path: Path) -> None:
    text = """\
name: !!python/object/apply:os.system [reboot]
? [a, list]
: key
domain: !secret shop.test
machines:
  srv-01: {runs: [balancer, web, app], <<: text}
  srv-02: !m {runs: [web, !r app]}
app: {source: app, wsgi: "shop:app"}
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        'mainstay.yaml:1: name: The tag "!!python/object/apply:os.system" means nothing here. Delete it.',
        "mainstay.yaml:1: name: Expected text, found a list.",
        "mainstay.yaml:2: A key must be a word, not a list or a mapping.",
        'mainstay.yaml:4: domain: The tag "!secret" means nothing here. Delete it.',
        "mainstay.yaml:6: machines.srv-01: `<<` takes a mapping, or a list of mappings.",
        'mainstay.yaml:7: machines.srv-02: The tag "!m" means nothing here. Delete it.',
        'mainstay.yaml:7: machines.srv-02.runs[1]: The tag "!r" means nothing here. Delete it.',
    ]
