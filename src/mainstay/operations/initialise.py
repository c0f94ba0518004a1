"""`init`: the user's first file."""

from pathlib import Path

from mainstay.operations.errors import OperationError
from mainstay.spec import blueprint

FILE_NAME = "mainstay.yaml"


def initialise(folder: Path, name: str) -> None:
    """Write the blueprint into a folder; a file that is there is never overwritten.

    Raises:
        UnknownNameError: there is no such blueprint.
        OperationError: the file is there already, or the folder cannot be written to.
    """
    text = blueprint(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / FILE_NAME).open("x") as file:
            file.write(text)
    except FileExistsError as error:
        raise OperationError(
            f"{folder / FILE_NAME} is there already; it was left as it is.", "Move it away, or give another folder."
        ) from error
    except OSError as error:
        raise OperationError(f"{folder / FILE_NAME} cannot be written: {error.strerror}.") from error
