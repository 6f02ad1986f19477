"""What a task says of itself while it runs: figures and progress, sent in company."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from penstock.agent.frames import Message

#: Seconds between two sends: a loop that reports each of a million rows costs 20 messages a second.
BEAT: Final = 0.05
#: Figures that wait at most.
_MOST: Final = 1000


class Reports:
    """Where `penstock.run` of a task goes (authoring.current.Sink). Any thread of the task may use it.

    Every figure and event is sent; of progress the latest. `send` is called with the lock held, from one thread at a
    time.
    """

    def __init__(self, send: Callable[[list[Message]], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._figures: list[Message] = []
        self._progress: Message | None = None
        self._sent_at = 0.0
        self._timer: threading.Timer | None = None
        self._open = False

    def begin(self) -> None:
        """An attempt begins."""
        self._open = True

    def metric(self, name: str, value: float, unit: str | None) -> None:
        """Report a figure."""
        if os.getpid() == self._pid:  # a child that was forked shares our socket, and must not speak on it
            with self._lock:
                self._figures.append(["metric", time.time(), name, value, unit])
                self._soon()

    def progress(self, done: float, total: float | None) -> None:
        """Report progress."""
        if os.getpid() == self._pid:
            with self._lock:
                self._progress = ["progress", time.time(), done, total]
                self._soon()

    def event(self, kind: str, data: dict[str, Any]) -> None:
        """Report something that happened (ports.executor.EVENTS)."""
        if os.getpid() == self._pid:
            with self._lock:
                self._figures.append(["told", time.time(), kind, data])
                self._soon()

    def _soon(self) -> None:
        now = time.monotonic()
        if now - self._sent_at >= BEAT or len(self._figures) >= _MOST:
            self._flush(now)
        elif self._timer is None:
            self._timer = threading.Timer(self._sent_at + BEAT - now, self._late)
            self._timer.daemon = True
            self._timer.start()

    def _late(self) -> None:
        with self._lock:
            self._timer = None
            self._flush(time.monotonic())

    def _flush(self, now: float) -> None:
        messages = self._take()
        if messages and self._open:
            self._sent_at = now
            self._send(messages)

    def _take(self) -> list[Message]:
        messages, self._figures = self._figures, []
        if self._progress is not None:
            messages.append(self._progress)
            self._progress = None
        return messages

    def end(self, ended: Message) -> None:
        """The attempt is over: send what waits together with its end. What threads say later goes nowhere."""
        with self._lock:
            self._open = False
            self._send([*self._take(), ended])
