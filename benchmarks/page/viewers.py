"""People who only watch: connections that read the stream and throw away what they read."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.page.serving import Server


@contextmanager
def watching(server: Server, run: str, count: int) -> Iterator[Viewers]:
    """`count` connections that watch a run until the block ends."""
    viewers = Viewers(server, run, count)
    try:
        yield viewers
    finally:
        viewers.end()


class Viewers:
    """Reads all streams in one thread. Raises RuntimeError when one of them is refused."""

    def __init__(self, server: Server, run: str, count: int) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._waits = selectors.DefaultSelector()
        host, _, port = server.origin.removeprefix("http://").partition(":")
        request = (
            f"GET /api/v1/stream?run={run} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {server.token}\r\n"
            "Accept: text/event-stream\r\n\r\n"
        )
        for _ in range(count):
            connection = socket.create_connection((host, int(port)))
            connection.sendall(request.encode())
            head = connection.recv(65_536)
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise RuntimeError(f"the stream answered {head[:100]!r}")
            connection.setblocking(False)
            self._waits.register(connection, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """Streams that are still open."""
        return len(self._waits.get_map())

    def end(self) -> None:
        """Close all."""
        self._over.set()
        self._thread.join()
        for key in list(self._waits.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._waits.close()

    def _read(self) -> None:
        while not self._over.is_set():
            for key, _ in self._waits.select(0.1):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                content = connection.recv(1 << 16)
                self.bytes += len(content)
                if not content:
                    self._waits.unregister(connection)
                    connection.close()
