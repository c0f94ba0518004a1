"""Values that are refused, each with all that is said of it."""

from pathlib import Path

from tests.unit.spec.vocabulary import says


def test_what_would_break_out_of_a_configuration(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test; rm -rf /
machines:
  "$(reboot)": {runs: [balancer, web, app], ssh: {user: "me -o X", key: "a\\nProxyCommand b"}}
balancer: {extra: ["a\\nb"]}
web: {static: {"/a b": app, "/x": "a;b"}, headers: {X-A: "a\\r\\nb", X-B: $host}}
app: {source: /etc, wsgi: "a:b", health: "/up#", release: "", env: {A: "a\\nb"}}
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        'mainstay.yaml:2: domain: "shop.test; rm -rf /" is not a host name. Write one such as shop.example.org.',
        (
            'mainstay.yaml:4: machines.$(reboot): "$(reboot)" is not a name for a machine. '
            "Use at most 31 of a-z, 0-9 and `-`; begin with a letter, and do not end with `-`."
        ),
        (
            'mainstay.yaml:4: machines.$(reboot).ssh.user: "me -o X" is not the name of a user. '
            "Use a-z, 0-9, `_` and `-`; begin with a letter."
        ),
        (
            'mainstay.yaml:4: machines.$(reboot).ssh.key: "a\\nProxyCommand b" holds a line break or '
            "a control character. Write it in one line."
        ),
        'mainstay.yaml:5: balancer.extra[0]: "a\\nb" holds a line break or a control character. Write it in one line.',
        'mainstay.yaml:6: web.static."/a b": "/a b" is not a path of a URL: " " cannot stand in it.',
        'mainstay.yaml:6: web.static./x: "a;b" is not a path: ";" cannot stand in it.',
        'mainstay.yaml:6: web.headers.X-A: "a\\r\\nb" holds a line break or a control character. Write it in one line.',
        'mainstay.yaml:6: web.headers.X-B: "$" cannot stand in the value of a header. Write the value without it.',
        'mainstay.yaml:7: app.source: "/etc" is not relative. Write the path from the folder of this file.',
        'mainstay.yaml:7: app.health: "/up#" is not a path of a URL: "#" cannot stand in it.',
        "mainstay.yaml:7: app.release: This text is empty. Write something, or delete the key.",
        'mainstay.yaml:7: app.env.A: "a\\nb" holds a line break or a control character. Write it in one line.',
    ]


def test_names_and_addresses(tmp_path: Path) -> None:
    text = """\
name: a-name-that-is-far-too-long
domain: 192.0.2.1
machines:
  srv-01: {runs: [balancer, web, app], address: 192.0.2.256, ssh: {user: Root, port: 0}}
  srv-02-: {runs: [web, app], address: 127.0.0.1}
app: {source: ../app, wsgi: "a:b", health: up, requirements: "", env: {PORT: 1, low: 2}}
web: {static: {/: app, media: ~/media}, headers: {X Y: z}}
"x-\\u0007": ignored
? an extremely long key that nobody would ever want to write, not even in a test
: 1
"a b": 1
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        (
            'mainstay.yaml:1: name: "a-name-that-is-far-too-long" is not a name for a site. Use at most '
            "20 of a-z, 0-9 and `-`; begin with a letter, and do not end with `-`."
        ),
        'mainstay.yaml:2: domain: "192.0.2.1" is not a host name. Write one such as shop.example.org.',
        (
            'mainstay.yaml:4: machines.srv-01.address: "192.0.2.256" is not an IPv4 address. Write one '
            "such as 192.0.2.10."
        ),
        (
            'mainstay.yaml:4: machines.srv-01.ssh.user: "Root" is not the name of a user. Use a-z, 0-9, '
            "`_` and `-`; begin with a letter."
        ),
        "mainstay.yaml:4: machines.srv-01.ssh.port: 0 is not between 1 and 65535.",
        (
            'mainstay.yaml:5: machines.srv-02-: "srv-02-" is not a name for a machine. Use at most 31 of '
            "a-z, 0-9 and `-`; begin with a letter, and do not end with `-`."
        ),
        'mainstay.yaml:5: machines.srv-02-.address: "127.0.0.1" is not an address a machine can have.',
        'mainstay.yaml:6: app.source: "../app" leaves the project. Write a path without `..`.',
        'mainstay.yaml:6: app.health: "up" does not begin with `/`. Write "/up".',
        "mainstay.yaml:6: app.env.PORT: `PORT` is set by Mainstay. Use another name.",
        (
            'mainstay.yaml:6: app.env.low: "low" is not the name of a variable. Use A-Z, 0-9 and `_`; '
            "begin with a letter."
        ),
        "mainstay.yaml:6: app.requirements: This text is empty. Write a path.",
        'mainstay.yaml:7: web.static./: "/" would hide the whole application. Write a longer prefix.',
        'mainstay.yaml:7: web.static.media: "media" does not begin with `/`. Write "/media".',
        ('mainstay.yaml:7: web.static.media: "~/media" is not relative. Write the path from the folder of this file.'),
        (
            'mainstay.yaml:7: web.headers."X Y": "X Y" is not the name of a header. Write a name such as '
            "X-Frame-Options."
        ),
        (
            'mainstay.yaml:9: "an extremely long key that nobody would ever want to write, ...": There '
            'is no key "an extremely long key that nobody would ever want to write, ..." here. Known '
            "here: name, domain, machines, balancer, web, app, database, https, firewall, monitoring, "
            "updates, secrets, lab."
        ),
        'mainstay.yaml:11: "a b": There is no key "a b" here. Did you mean "lab"?',
    ]


def test_no_machines_and_too_many(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines: {}
app: {source: app, wsgi: "shop:app"}
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == ["mainstay.yaml:3: machines: There are 0 machines. Write from 1 to 20."]
    many = ", ".join(f"srv-{number}: {{runs: [balancer]}}" for number in range(21))
    assert says(tmp_path, text.replace("{}", f"{{{many}}}")) == [
        "mainstay.yaml:3: machines: There are 21 machines. Write from 1 to 20."
    ]


def test_units(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines: {srv-01: {runs: [balancer, web, app]}}
balancer: {check_interval: 50ms, timeout: 5, queue: 500 ms}
web: {timeout: 0s, max_body: 10MB}
app: {source: app, run: ./serve, stop_timeout: 25h}
database: {max_lag: soon, buffer_pool: 1.5GiB}
lab: {buffer_pool: 2000GiB}
https: off
firewall: off
monitoring: off
"""
    assert says(tmp_path, text) == [
        "mainstay.yaml:4: balancer.check_interval: 0.05 seconds between checks is not between 100ms and 10s.",
        'mainstay.yaml:4: balancer.timeout: 5 is not a duration. Write "5s".',
        'mainstay.yaml:4: balancer.queue: "500 ms" is not a duration. Write "500ms".',
        'mainstay.yaml:5: web.max_body: "10MB" is not a size. Write "10MiB".',
        'mainstay.yaml:5: web.timeout: "0s" is not between 1ms and 24h.',
        'mainstay.yaml:6: app.stop_timeout: "25h" is not between 1ms and 24h.',
        'mainstay.yaml:7: database.max_lag: "soon" is not a duration. Write one such as 500ms, 5s, 2m, 1h.',
        'mainstay.yaml:7: database.buffer_pool: "1.5GiB" is not a size. Write one such as 512KiB, 10MiB, 2GiB.',
        (
            "mainstay.yaml:7: database: Nobody runs `database`. "
            "Add database to the `runs` of a machine, or delete the section."
        ),
        'mainstay.yaml:8: lab.buffer_pool: "2000GiB" is not between 1KiB and 1024GiB.',
    ]


def test_balancers_that_take_over(tmp_path: Path) -> None:
    text = """\
name: shop
domain: shop.test
machines: {lb-01: {runs: [balancer]}, srv-01: {runs: [balancer, web, app]}}
balancer: {mode: active-activ, takeover: slow, notify: "", addresses: [10.77.0.300, 224.0.0.18, lb-01]}
app: {source: app, wsgi: "shop:app"}
https: off
firewall: off
monitoring: off
"""
    mode = 'mainstay.yaml:4: balancer.mode: "active-activ" is not a mode. Did you mean "active-active"?'
    takeover = 'mainstay.yaml:4: balancer.takeover: "slow" is not a way to take over. Write one of fast, patient.'
    assert says(tmp_path, text) == [
        mode,
        'mainstay.yaml:4: balancer.addresses[0]: "10.77.0.300" is not an IPv4 address. Write one such as 192.0.2.10.',
        'mainstay.yaml:4: balancer.addresses[1]: "224.0.0.18" is not an address a machine can have.',
        'mainstay.yaml:4: balancer.addresses[2]: "lb-01" is not an IPv4 address. Write one such as 192.0.2.10.',
        takeover,
        "mainstay.yaml:4: balancer.notify: This text is empty. Write something, or delete the key.",
    ]
    one = text.replace('""', '"a\\nb"').replace("[10.77.0.300, 224.0.0.18, lb-01]", "10.77.0.9")
    assert says(tmp_path, one) == [
        mode,
        'mainstay.yaml:4: balancer.addresses: Expected a list, found the text "10.77.0.9". Write `[10.77.0.9]`.',
        takeover,
        'mainstay.yaml:4: balancer.notify: "a\\nb" holds a line break or a control character. Write it in one line.',
    ]
