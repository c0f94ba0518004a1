"""Reading the user's file as text, or saying in one sentence why it cannot be read."""

from pathlib import Path

from mainstay.spec.problem import Problem, SpecError

LARGEST = 1024 * 1024
_INIT = "Run `mainstay init` to write one, or name another file with `-c`."


def read(file: Path) -> str:
    """Return the text of the file.

    Raises SpecError where it is missing, unreadable, not a regular file, larger than 1 MiB, not UTF-8, or
    holds NUL bytes.
    """
    what, fix = "", ""
    try:
        return _decoded(file, _bytes(file))
    except FileNotFoundError:
        what, fix = "There is no such file.", _INIT
    except OSError as error:
        what = f"The file cannot be read: {str(error.strerror).lower()}."
    except ValueError:
        what = "This cannot be the name of a file."
    raise _refused(file, what, fix)


def _bytes(file: Path) -> bytes:
    if file.is_dir():
        raise _refused(file, "This is a directory, not a file.", f"Write `{file}/mainstay.yaml`?")
    if file.exists() and not file.is_file():
        raise _refused(file, "This is not a regular file.")
    with file.open("rb") as stream:
        return stream.read(LARGEST + 1)


def _decoded(file: Path, raw: bytes) -> str:
    if len(raw) > LARGEST:
        raise _refused(file, "The file is larger than 1 MiB.")
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise _refused(file, "The file holds a NUL byte.", "Save it as plain UTF-8 text.", line)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(file, "The file is not UTF-8 text.", "Save it as UTF-8.", line) from None


def _refused(file: Path, what: str, fix: str = "", line: int | None = None) -> SpecError:
    return SpecError([Problem(str(file), line, "", what, fix)])
