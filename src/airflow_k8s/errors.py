"""The one error that users see."""


class UserError(Exception):
    """A mistake or a condition that the reader can mend: what, why, and what to do.

    Args:
        what: one sentence, what went wrong, in the reader's words.
        why: one sentence, the cause.
        remedy: one sentence, what to do now.

    Example:
        >>> print(UserError("Port 8080 is taken.", "Another program listens on it.", "Stop it, or set PORT."))
        Port 8080 is taken. Another program listens on it. Stop it, or set PORT.
    """

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(what, why, remedy)
        self.what, self.why, self.remedy = what, why, remedy

    def __str__(self) -> str:
        return f"{self.what} {self.why} {self.remedy}"
