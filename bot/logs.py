"""The log: structlog over the standard library, one line per event, secrets taken out.

Lines go to the standard error stream; standard output is for what a command answers.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redaction import Redactor

STANDARD_ERROR: Final = 2

#: Loggers of the library that write bodies, and interaction tokens with them, at DEBUG.
QUIET = ("discord.http", "discord.gateway", "discord.webhook.async_", "discord.webhook.sync")

_LINE_ENDS = {0x0A: "\\n", 0x0D: "\\r", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_CONTROL = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\t"
} | _LINE_ENDS


def configure(
    *,
    level: str = "info",
    format: Literal["text", "json"] = "text",
    secrets: Iterable[str] = (),
    descriptor: int = STANDARD_ERROR,
) -> None:
    """Send every log line of the process, and every uncaught error, to `descriptor`.

    `secrets` are values that no line may hold, beside what looks like a secret anyway. A line
    that cannot be written (a full disk, a closed pipe) is counted and the program goes on
    (fault F48).
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _one_line,
    ]
    handler = SteadyHandler(descriptor)
    handler.setFormatter(
        RedactingFormatter(
            Redactor(secrets),
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(format),
            ],
        )
    )
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, SteadyHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    # Python's own way prints an uncaught error as it is, with whatever it quotes.
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


def open_standard_streams() -> None:
    """Put the null device where a standard stream was closed before the program began.

    Otherwise the next file or socket to be opened gets its number, and log lines go into it.
    """
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)


class SteadyHandler(logging.StreamHandler["Descriptor"]):
    """Writes lines where it can; a line that cannot be written is only counted (fault F48)."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(Descriptor(descriptor))
        self.lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Count the line; where only its own text was at fault, say so in its place."""
        self.lost += 1
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            name = type(error).__name__
            self.emit(
                logging.LogRecord(
                    record.name,
                    logging.ERROR,
                    record.pathname,
                    record.lineno,
                    f"a line could not be formatted ({name})",
                    None,
                    None,
                )
            )


class Descriptor:
    """A stream without a buffer, so that nothing unwritten is left over when the process ends."""

    def __init__(self, number: int) -> None:
        self._number = number

    def write(self, text: str) -> int:
        """Write all of `text`; raises OSError where it cannot be."""
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(self._number, data) :]
        return len(text)

    def flush(self) -> None:
        """Do nothing: everything is written at once."""


class RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """Renders a record, then takes the secrets out of the finished text."""

    def __init__(
        self, redact: Redactor, *, foreign_pre_chain: list[Processor], processors: list[Processor]
    ) -> None:
        super().__init__(foreign_pre_chain=foreign_pre_chain, processors=processors)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or, with a traceback, the lines."""
        return self._redact(super().format(record))


def _renderers(format: Literal["text", "json"]) -> list[Processor]:
    if format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # The plain traceback: the rich one shows local variables.
    return [
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep what people wrote from looking like a log line of its own."""
    event["event"] = str(event.get("event", "")).translate(_CONTROL)
    return event


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("uncaught error", exc_info=(kind, error, traceback))
