"""Hearing of wishes from a PostgreSQL server (LISTEN and NOTIFY). Imported only where a database is one."""

from __future__ import annotations

import math
import os
import select
import time
from contextlib import suppress
from typing import Final

import psycopg
from psycopg.pq import ConnStatus

from penstock.store.connection import Row
from penstock.store.ears import Ear
from penstock.store.postgres import WISHES, connected

#: Seconds between two calls, where the line was lost.
CALL: Final = 10.0


class PostgresEar(Ear):
    """An ear with a line of its own to the server.

    The line may be lost, or lead to a pool of connections that keeps to itself what is told. So a word is sent on
    another way as soon as there is a line: only when it has come, others are heard too.
    """

    def __init__(self, url: str, patience: float, name: str) -> None:
        super().__init__()
        self._address = (url, patience, name)
        self._word = os.urandom(8).hex()
        self._line: psycopg.Connection[Row] | None = None
        self._line_fd = -1
        self._called_at = -math.inf

    def wait(self, timeout: float | None) -> bool:
        if self._line is None and time.monotonic() >= self._called_at + CALL:
            self._call()
        rung = super().wait(timeout)
        if self._line is not None:
            try:
                self._line.pgconn.consume_input()
                while (told := self._line.pgconn.notifies()) is not None:
                    rung = rung or not told.extra
                    self.hears = self.hears or told.extra == self._word.encode()
                lost = self._line.pgconn.status != ConnStatus.OK  # its end may come with the last word
            except psycopg.Error:
                lost = True
            if lost:
                self._hang_up()
        return rung

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _call(self) -> None:
        self._called_at = time.monotonic()
        try:
            line = connected(*self._address)
            self._listen(line)
        except psycopg.Error:
            return  # who looks is told what is wrong
        self._line, self._line_fd = line, line.fileno()
        self._poll.register(self._line_fd, select.POLLIN)
        with suppress(psycopg.Error), connected(*self._address) as other:
            other.execute("SELECT pg_notify(%s, %s)", (WISHES, self._word))

    def _listen(self, line: psycopg.Connection[Row]) -> None:
        line.execute(f"LISTEN {WISHES}")

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        self.hears = False
        if line is not None:
            self._poll.unregister(self._line_fd)
            line.close()
