"""Files that want to do harm, or are no files."""

from pathlib import Path

import pytest

from mainstay.spec import SpecError, load
from tests.unit.spec.vocabulary import APP, MINIMAL, loaded, says

INVALID = "mainstay.yaml: This is not valid YAML."
MAPPING = "The file must be a mapping: lines of `key: value`."
DEEP = "mainstay.yaml:1: The file is nested more than 50 levels deep."
LAUGHS = "x-a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"x-{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "x-a0: &a0 [x]\n" + "".join(f"x-a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mainstay.yaml:1: The file is empty. Run `mainstay init` to write one."),
        ("# only a comment\n", "mainstay.yaml:1: The file is empty. Run `mainstay init` to write one."),
        ("---\n", "mainstay.yaml:1: The file is empty. Run `mainstay init` to write one."),
        ("hello", f"mainstay.yaml:1: {MAPPING}"),
        ("\n- a\n- b\n", f"mainstay.yaml:2: {MAPPING}"),
        (
            "a: 1\n---\nb: 2\n",
            "mainstay.yaml:2: The file holds several documents. Delete the `---` and what follows.",
        ),
        (
            "a:\n\tb: 1\n",
            (
                "mainstay.yaml:2: This is not valid YAML: found character '\\t' that cannot start any token. "
                "Indent with spaces, not with tabs."
            ),
        ),
        ("a: [1, 2\nb: }", "mainstay.yaml:2: This is not valid YAML: expected ',' or ']', but got ':'."),
        ("a: 1\n}", "mainstay.yaml:2: This is not valid YAML."),
        ("a: 1\nb: \a", "mainstay.yaml:2: The character U+0007 cannot stand in the file. Delete it."),
        ('a: "\\UFFFFFFFF"', INVALID),
        ("a: &a [*a]", "mainstay.yaml:1: `*a` stands inside itself."),
        ("a: &a b\nc: &a {d: *a}", "mainstay.yaml:2: `*a` stands inside itself."),
        ("a: 1\nb: *c", "mainstay.yaml:2: `*c` refers to no `&c` above it."),
        ("[" * 100_000, DEEP),
        ("a: " + "{a: " * 100_000, DEEP),
        ("- " * 100_000, DEEP),
        (CHAIN, "mainstay.yaml:50: The file is nested more than 50 levels deep."),
        (LAUGHS, "mainstay.yaml:4: The file expands to more than 10,000 values. Use fewer aliases."),
        (
            f"x-a: &a {{{', '.join(f'k{n}: 1' for n in range(1000))}}}\n"
            + "".join(f"x-{n}: {{<<: *a}}\n" for n in range(20)),
            "mainstay.yaml:9: The file expands to more than 10,000 values. Use fewer aliases.",
        ),
    ],
)
def test_hopeless_texts(tmp_path: Path, text: str, said: str) -> None:
    assert says(tmp_path, text) == [said]


def test_reading_tells_what_it_met_before_it_gave_up(tmp_path: Path) -> None:
    assert says(tmp_path, "a: !t 1\na: 2\nb: *c\n") == [
        'mainstay.yaml:1: a: The tag "!t" means nothing here. Delete it.',
        "mainstay.yaml:3: `*c` refers to no `&c` above it.",
    ]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"a: 1\nb: \0", ":2: The file holds a NUL byte. Save it as plain UTF-8 text."),
        (b"a: 1\nb: \xff", ":2: The file is not UTF-8 text. Save it as UTF-8."),
        (b"#" * (1024 * 1024 + 1), ": The file is larger than 1 MiB."),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, raw: bytes, said: str) -> None:
    file = tmp_path / "mainstay.yaml"
    file.write_bytes(raw)
    assert refusal(file) == f"{file}{said}"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    init = "Run `mainstay init` to write one, or name another file with `-c`."
    assert refusal(tmp_path / "no.yaml") == f"{tmp_path}/no.yaml: There is no such file. {init}"
    assert refusal(tmp_path) == f"{tmp_path}: This is a directory, not a file. Write `{tmp_path}/mainstay.yaml`?"
    assert refusal(Path("/dev/zero")) == "/dev/zero: This is not a regular file."
    assert refusal(Path("x" * 300)) == f"{'x' * 300}: The file cannot be read: file name too long."
    assert refusal(Path("a\0b")) == "a\0b: This cannot be the name of a file."


def test_halves_of_characters(tmp_path: Path) -> None:
    assert loaded(tmp_path, MINIMAL + APP + '  env: {A: "\\ud83d\\ude00"}\n').app.env["A"] == "\U0001f600"
    assert says(tmp_path, MINIMAL + APP + '  "\\ud83d": 1\n') == [
        "mainstay.yaml:11: app: An escape stands for half a character. Delete it.",
        (
            'mainstay.yaml:11: app.\ufffd: There is no key "\ufffd" here. '
            "Known here: source, wsgi, asgi, run, health, metrics, release, env, workers, threads, "
            "requirements, stop_timeout."
        ),
    ]


def test_a_huge_number_is_a_number(tmp_path: Path) -> None:
    text = MINIMAL + APP + f"balancer: {{port: {'9' * 5000}}}\nweb: {{timeout: .nan}}\nlab: {{port: -.inf}}\n"
    assert says(tmp_path, text) == [
        f"mainstay.yaml:11: balancer.port: Expected a whole number, found the number {'9' * 40}.",
        "mainstay.yaml:12: web.timeout: nan is not a duration. Write one such as 500ms, 5s, 2m, 1h.",
        "mainstay.yaml:13: lab.port: Expected a whole number, found the number -.inf.",
    ]


def refusal(file: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load(file)
    return str(caught.value)
