"""Files before and after they are rendered."""

from mainstay.model.install import Content, File


def test_a_file_has_no_text_before_it_is_rendered() -> None:
    assert File("/etc/a", Content("a", {"b": 1})).text == ""
    assert File("/etc/a", "a = 1\n").text == "a = 1\n"
