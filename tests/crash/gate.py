"""A way to a server that can be shut: what is sent waits, as where a network is down, until it is open again."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_PIECE: Final = 1 << 16


class Gate:
    """Passes on what comes to `port`, while it is open."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._open = threading.Event()
        self._open.set()
        self._word: bytes | None = None
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._ends: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def shut(self) -> None:
        """Nothing gets through any more, and nobody is told."""
        self._open.clear()

    def shut_before(self, word: bytes) -> None:
        """Shut as soon as somebody sends the server that word, which does not get through either."""
        self._word = word

    @property
    def is_shut(self) -> bool:
        return not self._open.is_set()

    def open(self) -> None:
        """All that waited gets through."""
        self._word = None
        self._open.set()

    def close(self) -> None:
        """There is no way any more."""
        self.open()
        for end in (self._door, *self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(self._server)
                self._ends += [near, far]
                for source, target, asks in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass_on, args=(source, target, asks), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                if asks and self._word is not None and self._word in piece:
                    self.shut()
                self._open.wait()
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def gate_to(address: str) -> Iterator[tuple[Gate, str]]:
    """A gate to the server of a database, and the database's address behind it."""
    parts = urlsplit(address)
    gate = Gate(parts.hostname or "127.0.0.1", parts.port or 5432)
    host = f"127.0.0.1:{gate.port}"
    user = parts.netloc.rpartition("@")[0]
    try:
        yield gate, urlunsplit(parts._replace(netloc=f"{user}@{host}" if user else host))
    finally:
        gate.close()
