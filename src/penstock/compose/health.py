"""Waiting for the server's first answer, without waiting in the way of other things."""

from __future__ import annotations

import errno
import socket
import time
from typing import Final
from urllib.parse import urlsplit

from penstock.compose.presence import Address

#: Seconds before a server that did not listen yet is tried again.
AGAIN: Final = 0.02


class FirstAnswer:
    """Asks a server for `/health`: again while it does not listen, then it waits for the answer.

    `fd` is what to wait for, None while there is nothing; then `knock` is to be called again at `again_at` (monotonic).
    """

    def __init__(self, address: Address) -> None:
        split = urlsplit(address.url)
        self._host, self._port, self._name = split.hostname or "", split.port or 80, split.netloc
        self._socket: socket.socket | None = None
        self.again_at: float | None = time.monotonic()

    @property
    def fd(self) -> int | None:
        return None if self._socket is None else self._socket.fileno()

    def knock(self) -> None:
        """Ask, if there is somebody to ask. On one machine that takes no time."""
        self.again_at = None
        try:
            self._socket = socket.create_connection((self._host, self._port), timeout=1.0)
            self._socket.sendall(f"GET /health HTTP/1.1\r\nHost: {self._name}\r\nConnection: close\r\n\r\n".encode())
        except OSError as error:
            self.close()
            self.again_at = time.monotonic() + (AGAIN if error.errno == errno.ECONNREFUSED else 10 * AGAIN)

    def answered(self) -> bool:
        """Something has come: was it the answer?"""
        assert self._socket is not None
        try:
            there = self._socket.recv(1024).startswith(b"HTTP/1.1 200")
        except OSError:
            there = False
        self.close()
        if not there:
            self.again_at = time.monotonic() + 10 * AGAIN
        return there

    def close(self) -> None:
        """Ask no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
