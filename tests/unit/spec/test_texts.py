"""The texts that come with the program are true: they load, and they leave nothing out."""

import re
from pathlib import Path

import pytest

from mainstay.spec import BLUEPRINTS, SECTIONS, Spec, UnknownNameError, blueprint, json_schema, section_doc
from mainstay.spec.sections.section import Section
from mainstay.spec.translate import MODELS
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded

SPEC = Path(__file__).parents[3] / "src" / "mainstay" / "spec"
KEY = r"^ *(?:# +)?{}:"
SITE_KEYS: dict[str, tuple[str, ...]] = {"site": ("name", "domain")}
SECTION_OF = {key: section for section, keys in SITE_KEYS.items() for key in keys}

# What each example needs around it to be a whole file.
MACHINES = "machines: {srv-01: {runs: [balancer, web, app, database]}}\n"
THREE_MACHINES = MACHINES.replace("}}", "}, one: {runs: [witness]}, two: {runs: [witness]}}")
MONITORED = "machines: {srv-01: {runs: [balancer, web, app]}, mon-01: {runs: [monitoring]}}\n"
SITE = "name: shop\ndomain: shop.test\n"
OFF = "https: off\nfirewall: off\nmonitoring: off\n"
MANUAL = "database: {failover: manual}\n"
REST = {
    "site": MACHINES + APP + MANUAL + OFF,
    "machines": SITE + APP + MANUAL + OFF,
    "balancer": MINIMAL + APP,
    "web": MINIMAL + APP,
    "app": MINIMAL,
    "database": SITE + THREE_MACHINES + APP + OFF,
    "https": MINIMAL.replace("https: off\n", "") + APP,
    "firewall": MINIMAL.replace("firewall: off\n", "") + APP,
    "monitoring": SITE + MONITORED + APP + OFF.replace("monitoring: off\n", ""),
    "updates": MINIMAL + APP,
    "secrets": MINIMAL + APP,
    "lab": MINIMAL + APP,
}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_example_loads(tmp_path: Path, section: str) -> None:
    assert loaded(tmp_path, section_doc(section) + REST[section]).name == "shop"


@pytest.mark.parametrize(("path", "model"), [(path, model) for path, model in MODELS.items() if path])
def test_every_key_is_explained(path: tuple[str, ...], model: type[Section]) -> None:
    doc = section_doc(path[0])
    assert [key for key in model.model_fields if not re.search(KEY.format(key), doc, re.MULTILINE)] == []


@pytest.mark.parametrize("section", SITE_KEYS)
def test_every_key_of_the_top_is_explained(section: str) -> None:
    doc = section_doc(section)
    assert [key for key in SITE_KEYS[section] if not re.search(KEY.format(key), doc, re.MULTILINE)] == []


def test_every_key_of_the_top_has_a_section() -> None:
    others = [key for section in SECTIONS for key in SITE_KEYS.get(section, (section,))]
    assert sorted(others) == sorted(MODELS[()].model_fields)


@pytest.mark.parametrize(("path", "model"), MODELS.items())
def test_every_default_is_told_above_its_key(path: tuple[str, ...], model: type[Section]) -> None:
    schema = json_schema() if model is Spec else json_schema()["$defs"][model.__name__]
    for key, field in schema["properties"].items():
        default = field.get("default") or None
        said = comment_above(key, section_doc(path[0] if path else SECTION_OF.get(key, key)))
        assert default is None or f"The default is {default}." in said, (key, default, said)


def comment_above(key: str, doc: str) -> str:
    """The comment that stands directly above a key, as one line."""
    above = re.search(rf"((?:^ *#.*\n)*)^ *{key}:", doc, re.MULTILINE)
    return " ".join(re.findall(r"# *(.*)", above[1])) if above else ""


@pytest.mark.parametrize("name", BLUEPRINTS)
def test_every_blueprint_loads(tmp_path: Path, name: str) -> None:
    spec = loaded(tmp_path, blueprint(name))
    assert (spec.name, spec.domain, spec.app.wsgi) == ("shop", "shop.test", "guestbook:app")


def test_the_first_two_blueprints_differ_in_their_machines(tmp_path: Path) -> None:
    simple, distributed = loaded(tmp_path, blueprint("simple")), loaded(tmp_path, blueprint("distributed"))
    assert {name: machine.runs for name, machine in distributed.machines.items()} == {
        "lb-01": ("balancer",),
        "srv-01": ("web", "app", "database"),
        "srv-02": ("web", "app", "database"),
    }
    assert simple.running("database") == ("srv-01",)
    assert simple.model_copy(update={"machines": distributed.machines}) == distributed


def test_the_third_has_a_second_balancer_and_everything_on(tmp_path: Path) -> None:
    distributed, ha = loaded(tmp_path, blueprint("distributed")), loaded(tmp_path, blueprint("ha"))
    assert {name: machine.runs for name, machine in ha.machines.items()} == {
        "lb-01": ("balancer",),
        "lb-02": ("balancer",),
        "srv-01": ("web", "app", "database"),
        "srv-02": ("web", "app", "database"),
        "mon-01": ("monitoring",),
    }
    assert (distributed.database.failover, ha.database.failover) == ("manual", "automatic")
    assert (distributed.https, distributed.firewall, distributed.monitoring) == (None, None, None)
    assert None not in (ha.https, ha.firewall, ha.monitoring)
    on = {name: getattr(ha, name) for name in ("machines", "database", "https", "firewall", "monitoring")}
    assert distributed.model_copy(update=on) == ha


@pytest.mark.parametrize(("folder", "names"), [("docs", SECTIONS), ("blueprints", BLUEPRINTS)])
def test_the_catalogues_are_the_folders(folder: str, names: tuple[str, ...]) -> None:
    assert sorted(file.stem for file in (SPEC / folder).iterdir()) == sorted(names)


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(UnknownNameError, match=r'^There is no blueprint "simpel"\. Did you mean "simple"\?$'):
        blueprint("simpel")
    with pytest.raises(LookupError, match=r'^There is no section "xyz"\. Write one of site, machines, '):
        section_doc("xyz")
