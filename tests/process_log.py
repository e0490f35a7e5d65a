"""What `logs.configure` changes in this process, put back after a test."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot import logs


@contextmanager
def put_back() -> Iterator[None]:
    """Let the log be configured meanwhile; what that changes is as before at the end."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook
    quiet = {name: logging.getLogger(name).level for name in logs.QUIET}
    ours = structlog.get_config()
    yield
    logging.captureWarnings(capture=False)
    structlog.configure(**ours)
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    for name, old in quiet.items():
        logging.getLogger(name).setLevel(old)
