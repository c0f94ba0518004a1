"""What can go wrong on the ground."""

from mainstay.model.error import MainstayError


class GroundError(MainstayError):
    """Something about the computer or its machines stands in the way."""
