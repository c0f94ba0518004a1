"""What goes into a release, and the name that follows from it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mainstay.releases.release import SERVER, Recipe, ReleaseError, recipe
from mainstay.spec import Spec
from tests.builders import a_site

APP = {"source": "./app", "wsgi": "shop:app"}
SITE = a_site(app=APP, web={"static": {"/static": "./public"}})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project: an application, a list of packages, and a folder of static files."""
    for name, text in {"app/shop.py": "app = 1", "app/requirements.txt": "flask", "public/site.css": "a {}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def files(site: Spec, project: Path) -> list[str]:
    return [str(path.relative_to(project)) for path in recipe(site, project).files()]


def test_a_release_holds_the_folders_that_the_file_names(project: Path) -> None:
    (project / "secret.txt").write_text("not named")
    assert files(SITE, project) == ["app/requirements.txt", "app/shop.py", "public/site.css"]
    assert recipe(SITE, project) == Recipe(project, ("app", "public"), project / "app/requirements.txt", SERVER)


def test_a_folder_inside_another_is_taken_once(project: Path) -> None:
    site = a_site(app={"source": ".", "wsgi": "shop:app"}, web={"static": {"/static": "public", "/app": "app"}})
    assert files(site, project) == ["app/requirements.txt", "app/shop.py", "public/site.css"]


def test_what_the_programs_of_this_computer_leave_behind_stays_here(project: Path) -> None:
    for left in ("app/__pycache__/shop.pyc", "app/.git/HEAD", ".mainstay/shop/secrets.json", "node_modules/a/b.js"):
        (project / left).parent.mkdir(parents=True)
        (project / left).write_text("left")
    (project / "app/old.pyc").write_text("left")
    (project / "app/.#shop.py").symlink_to("editor@computer.4711")
    site = a_site(app={"source": ".", "wsgi": "shop:app"})
    assert files(site, project) == ["app/requirements.txt", "app/shop.py", "public/site.css"]


def test_a_program_has_no_server_and_may_have_no_packages(project: Path) -> None:
    (project / "app/requirements.txt").unlink()
    site = a_site(app={"source": "app", "run": "./serve"})
    assert recipe(site, project) == Recipe(project, ("app",), None, ())


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file's content": lambda project: (project / "app/shop.py").write_text("app = 2"),
    "a file's mode": lambda project: (project / "app/shop.py").chmod(0o755),
    "a file's name": lambda project: (project / "app/shop.py").rename(project / "app/shops.py"),
    "a file's folder": lambda project: (project / "app/shop.py").rename(project / "public/shop.py"),
    "a new file": lambda project: (project / "app/new.py").touch(),
    "a file that is gone": lambda project: (project / "public/site.css").unlink(),
    "the packages": lambda project: (project / "app/requirements.txt").write_text("flask==3"),
    "a name that is no UTF-8": lambda project: Path(os.fsdecode(os.fsencode(project / "app/") + b"/caf\xe9")).touch(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_release_has_another_name_when_this_changes(project: Path, what: str) -> None:
    before = recipe(SITE, project).identifier
    CHANGES[what](project)
    after = recipe(SITE, project).identifier
    assert after != before
    assert len(after) == 12
    assert int(after, 16) >= 0


def test_a_release_has_another_name_when_the_file_says_something_else(project: Path) -> None:
    (project / "app/more.txt").write_text("flask")
    told = [
        SITE,
        a_site(app=APP),
        a_site(app={"source": "app", "run": "./serve"}, web={"static": {"/static": "public"}}),
        a_site(app={**APP, "requirements": "more.txt"}, web={"static": {"/static": "public"}}),
    ]
    assert len({recipe(site, project).identifier for site in told}) == len(told)


def test_a_release_keeps_its_name_when_nothing_changes(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = recipe(SITE, project).identifier
    os.utime(project / "app/shop.py", (1, 1))
    (project / "app/__pycache__").mkdir()
    (project / "app/__pycache__/shop.cpython-311.pyc").write_bytes(b"compiled")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "project"
    project.rename(elsewhere)
    assert recipe(SITE, elsewhere).identifier == before


@pytest.mark.parametrize(
    ("site", "missing"),
    [
        (a_site(app={"source": "src", "wsgi": "a:b"}), "there is no folder src"),
        (a_site(app=APP, web={"static": {"/a": "app/shop.py"}}), "there is no folder app/shop.py"),
        (a_site(app={**APP, "requirements": "deps.txt"}), "there is no file app/deps.txt"),
    ],
)
def test_what_the_file_names_must_be_there(project: Path, site: Spec, missing: str) -> None:
    with pytest.raises(ReleaseError) as caught:
        recipe(site, project)
    assert str(caught.value) == f"shop: {missing} in {project}, though mainstay.yaml names it."
