"""Templates to text."""

import pytest
from jinja2 import UndefinedError

from mainstay.compiler.render import render
from mainstay.model.install import Content


def test_variables_are_put_in() -> None:
    content = Content("run", {"release": "/srv/shop/releases/1", "source": "/srv/shop/releases/1/project/app"})
    assert (
        render("app", content)
        == """\
#!/bin/sh
# Written by Mainstay: runs a command in a release of the application, with its dependencies on the path.
export PYTHONPATH="/srv/shop/releases/1/lib:/srv/shop/releases/1/project/app"
export PATH="/srv/shop/releases/1/lib/bin:$PATH"
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
cd "/srv/shop/releases/1/project/app" || exit 1
exec "$@"
"""
    )


def test_an_undefined_variable_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'source' is undefined"):
        render("app", Content("run", {"release": "/srv/shop/releases/1"}))


def test_a_file_without_variables_is_copied_as_it_stands() -> None:
    copied = render("app", Content("run"))
    assert 'cd "{{ source }}" || exit 1\n' in copied


def test_what_a_variable_holds_is_no_template() -> None:
    text = render("app", Content("environment", {"environment": {"A": "{{ release }} <b> & {% raw %}"}}))
    assert text == 'A="{{ release }} <b> & {% raw %}"\n'


def test_a_missing_template_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        render("app", Content("no-such-template"))
