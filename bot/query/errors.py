"""What is wrong with a query, said so that a person can mend it."""

from bot.texts import _


class QueryError(ValueError):
    """A query that cannot be read, or not under the rules in force.

    `start` and `end` are character offsets into the text as it was given, `end` exclusive.
    `server_message` is what a board itself answers to that text (reference: boards, 2.8), empty
    where the refusal is ours alone.
    """

    def __init__(
        self,
        message: str,
        *,
        start: int = 0,
        end: int = 0,
        hint: str = "",
        server_message: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = max(start, end)
        self.hint = hint
        self.server_message = server_message


def place(text: str, offset: int) -> tuple[int, int]:
    """Return the line and the position in it, both counted from 1, of a character offset."""
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def mistake(
    text: str, start: int, end: int, reason: str, *, hint: str = "", server: str = ""
) -> QueryError:
    """Return the error for the characters `start` to `end` of `text`, its place said first."""
    line, position = place(text, start)
    message = _("line {line}, position {position}: {reason}").format(
        line=line, position=position, reason=reason
    )
    return QueryError(message, start=start, end=end, hint=hint, server_message=server)
