"""The user's application: what it meets, and what runs it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mainstay.compiler.render import render
from mainstay.model.exposure import Port
from mainstay.model.install import Bundle, Content, Directory, Link
from tests.builders import a_site, machines_that_run
from tests.unit.components.app.environment import understood
from tests.vocabulary import RELEASE, exposed, file_of, installed, lines_of, lines_with

RELEASED = f"/srv/shop/releases/{RELEASE}"
ENVIRONMENT, RUN, START = f"{RELEASED}.environment", f"{RELEASED}.run", f"{RELEASED}.start"
UNIT = "/etc/systemd/system/mainstay-app.service"
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], include_characters="\t"))


def variables(**sections: object) -> dict[str, str]:
    app = installed(a_site(**sections), "app")
    (environment,) = (file.path for file in app.files if file.path.endswith(".environment"))
    return understood(file_of(app, environment).text)


def test_the_application_meets_its_place_and_the_users_own_variables() -> None:
    app = {"source": "./app", "wsgi": "shop:app", "env": {"DEBUG": "off", "GREETING": "Hello"}}
    assert variables(app=app) == {
        "PORT": "8000",
        "MAINSTAY_SERVER": "srv-01",
        "MAINSTAY_RELEASE": RELEASE,
        "DEBUG": "off",
        "GREETING": "Hello",
    }


def test_the_application_meets_its_database_at_two_local_addresses() -> None:
    met = variables(name="my-little-shop", machines=machines_that_run(lb="balancer", srv_01="web app", db="database"))
    assert {name: value for name, value in met.items() if name.startswith("DATABASE")} == {
        "DATABASE_CA": "/etc/mainstay/tls/app/authority.pem",
        "DATABASE_URL": "mysql://application:${secret:database-application}@127.0.0.1:3306/my_little_shop",
        "DATABASE_REPLICA_URL": "mysql://reader:${secret:database-reader}@127.0.0.1:3307/my_little_shop",
    }


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "two words ",
        'say "hi"',
        "it's",
        "C:\\new\\",
        "\\",
        '\\"',
        "100 % $HOME ${HOME} %h",
        "`id`",
        "#",
        "ü\t€",
    ],
)
def test_a_variable_reaches_the_application_as_written(value: str) -> None:
    assert variables(app={"source": ".", "wsgi": "a:b", "env": {"VALUE": value}})["VALUE"] == value


@settings(max_examples=50, deadline=None)
@given(PRINTABLE)
def test_systemd_understands_every_value(value: str) -> None:
    text = render("app", Content("environment", {"environment": {"VALUE": value, "AFTER": "1"}}))
    assert understood(text) == {"VALUE": value, "AFTER": "1"}


def test_a_release_is_unpacked_and_made_current() -> None:
    app = installed(a_site(name="my-shop"), "app")
    path = f"/srv/my-shop/releases/{RELEASE}"
    assert app.directories == (Directory("/srv/my-shop"), Directory("/srv/my-shop/releases"))
    assert app.bundles == (Bundle(path, RELEASE, keep=5),)
    assert app.links == (
        Link("/srv/my-shop/current", path),
        Link("/srv/my-shop/current.environment", f"{path}.environment"),
        Link("/srv/my-shop/current.run", f"{path}.run"),
    )


def test_what_belongs_to_a_release_bears_its_name() -> None:
    app = installed(a_site(), "app")
    assert [(file.path, file.mode) for file in app.files if not file.path.startswith("/etc/systemd/")] == [
        (ENVIRONMENT, "600"),
        (RUN, "755"),
        (START, "755"),
    ]
    assert [line for line in lines_of(app, UNIT) if line.startswith(("EnvironmentFile", "ExecStart="))] == [
        f"EnvironmentFile={ENVIRONMENT}",
        f"ExecStart={RUN} {START}",
    ]


@pytest.mark.parametrize(
    ("source", "folder"), [("./app", "/project/app"), (".", "/project/."), ("src/shop/", "/project/src/shop")]
)
def test_it_runs_in_its_own_folder_of_the_release(source: str, folder: str) -> None:
    app = installed(a_site(app={"source": source, "wsgi": "a:b"}), "app")
    assert lines_with("cd", app, RUN) == [f'cd "{RELEASED}{folder}" || exit 1']


def test_a_program_is_started_as_it_is_written_and_listens_on_a_port() -> None:
    spec = a_site(app={"source": ".", "run": "./serve --port \"$PORT\" --name 'a & b'"})
    assert lines_of(installed(spec, "app"), START) == ["./serve --port \"$PORT\" --name 'a & b'"]
    assert exposed(spec, "app").ports == (Port("http", 8000, ("nginx",), "127.0.0.1"),)
    assert exposed(a_site(), "app").ports == ()


@pytest.mark.parametrize(("entry", "name"), [("wsgi", "shop.web:app"), ("asgi", "shop.main:app")])
def test_an_entry_is_what_the_server_is_started_with(entry: str, name: str) -> None:
    text = file_of(installed(a_site(app={"source": ".", entry: name, "workers": 3}), "app"), START).text
    assert name in text.split()
    assert "3" in text.split()


@pytest.mark.parametrize(("written", "said"), [("30s", "30000ms"), ("1.5s", "1500ms"), ("500ms", "500ms")])
def test_a_stop_waits_as_long_as_the_file_says(written: str, said: str) -> None:
    app = installed(a_site(app={"source": ".", "wsgi": "a:b", "stop_timeout": written}), "app")
    stops = [line for line in lines_of(app, UNIT) if line.startswith("TimeoutStopSec")]
    assert stops == [f"TimeoutStopSec={said}"]


def test_a_new_environment_restarts_the_application() -> None:
    services = {service.unit: service for service in installed(a_site(), "app").services}
    assert services["mainstay-app.service"].restart_on == (ENVIRONMENT, RUN, START, UNIT)
