"""What a verb can fail with, beside what the rooms below it raise."""


class OperationError(Exception):
    """The verb could not do its work; `fix` is the next step to try."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}\n{self.fix}" if self.fix else self.what
