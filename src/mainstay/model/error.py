"""What went wrong, for the one who has to do something about it."""


class MainstayError(Exception):
    """An error that is said in a sentence: what happened and where, and in `fix` what to do next."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n{self.fix}" if self.fix else self.what
