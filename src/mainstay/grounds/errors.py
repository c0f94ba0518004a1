"""What can go wrong on the ground, each said in a sentence with the next step."""


class GroundError(Exception):
    """Something about the computer or its machines stands in the way; `fix` is what to do next."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n{self.fix}" if self.fix else self.what
