"""Records of Python's logging on their way into a spool, with the node whose thread spoke."""

from __future__ import annotations

import logging
import re
import threading
from typing import Final

from penstock.integrations.kedro.spool import Spool

#: What rich makes bold and coloured in messages that say that they are written for it.
_MARKUP: Final = re.compile(r"\[/?[a-z_ ]*\]")
_WORDS: Final = ((logging.CRITICAL, "critical"), (logging.ERROR, "error"), (logging.WARNING, "warning"),
                 (logging.INFO, "info"))  # fmt: skip
_formatter: Final = logging.Formatter()


class Records(logging.Handler):
    """On the root logger as long as a run lasts. `speaker`: the node that each thread is at, or was at last."""

    def __init__(self, file: Spool) -> None:
        super().__init__()
        self.speaker: dict[int, str] = {}
        self._file = file
        self._logger = logging.getLogger()
        self._logger.addHandler(self)

    def createLock(self) -> None:  # noqa: N802 - the name is logging's
        """None: a line is written by one call, and a lock would be held across forks."""
        self.lock = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record down; one that can't be is passed over, as others show it too."""
        try:
            message = record.getMessage()
            if getattr(record, "markup", False):
                message = _MARKUP.sub("", message)
            if record.exc_info:
                message = f"{message}\n{_formatter.formatException(record.exc_info)}"
            node = self.speaker.get(threading.get_ident())
            self._file.write("log", record.created, node, level_of(record.levelno), record.name, message)
        except Exception:
            pass

    def close(self) -> None:
        """Listen no more."""
        self._logger.removeHandler(self)
        super().close()


def level_of(number: int) -> str:
    """The word for a level of logging."""
    return next((word for least, word in _WORDS if number >= least), "debug")
