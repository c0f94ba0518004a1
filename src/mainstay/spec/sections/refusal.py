"""A value refused in our own words: the sentence and the fix travel through the validator untouched."""

from pydantic_core import PydanticCustomError

REFUSED = "refused"


def refused(what: str, fix: str = "") -> PydanticCustomError:
    """Return the error to raise from a validator; `what` and `fix` reach the user as they are."""
    return PydanticCustomError(REFUSED, "{what}", {"what": what, "fix": fix})
