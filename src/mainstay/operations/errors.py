"""What a verb can fail with, beside what the rooms below it raise."""

from mainstay.model.error import MainstayError


class OperationError(MainstayError):
    """The verb could not do its work."""
