"""A thread that does one thing again and again: whatever goes wrong with it once, it goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from penstock.errors import PenstockError


class Steady:
    """Calls `turn` until it is closed, and after one that failed waits for `pause` seconds.

    `what` tells the log what failed. A PenstockError (a locked or lost database: the next turn may find it well) is a
    line of it, where `quiet` does not leave it out; all else comes with its traceback. `turn` waits by itself, for no
    longer than until `closed` is set, or something that is done together with that.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], None],
        what: str,
        log: logging.Logger,
        *,
        pause: float = 1.0,
        quiet: bool = False,
    ) -> None:
        self.closed = threading.Event()
        self._turn = turn
        self._what = what
        self._log = log
        self._pause = pause
        self._quiet = quiet
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def join(self) -> None:
        """Wait until the thread is gone, which has to know that it is closed."""
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self.closed.is_set():
            try:
                self._turn()
            except PenstockError as error:
                if not self._quiet:
                    self._log.warning("%s, trying again: %s", self._what, error)
                self.closed.wait(self._pause)
            except Exception:
                self._log.exception("%s, trying again", self._what)
                self.closed.wait(self._pause)
