"""One stream socket of the agent: reads what is there, never waits for room to write."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

from penstock.agent.frames import LIMIT, BadFrame, FrameReader, Message, pack
from penstock.agent.poller import Poller

READ: Final = 256 * 1024
#: Received into; a new buffer of this size for every message would cost more than the message.
_buffer: Final = memoryview(bytearray(READ))


class Channel:
    """Frames in both directions. `take` gets each batch of messages, `over` is told once when the stream ended.

    `over` gets None at the end of the stream, or what was wrong with it.
    """

    __slots__ = ("_over", "_poller", "_reader", "_take", "_waiting", "closed", "sock")

    def __init__(
        self,
        sock: socket.socket,
        poller: Poller,
        take: Callable[[list[Message]], None],
        over: Callable[[str | None], None],
        limit: int = LIMIT,
    ) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.closed = False
        self._poller = poller
        self._take = take
        self._over = over
        self._reader = FrameReader(limit)
        self._waiting = bytearray()
        poller.watch(sock.fileno(), self.receive)

    def receive(self) -> bool:
        """Take what is there now, once. False when there was nothing."""
        if self.closed:
            return False
        try:
            data = bytes(_buffer[: self.sock.recv_into(_buffer)])
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            data = b""
        if not data:
            self._end(None)
            return False
        try:
            messages = self._reader.feed(data)
        except BadFrame as error:
            self._end(str(error))
            return False
        if messages:
            self._take(messages)
        return True

    def send(self, messages: list[Message]) -> bool:
        """Send, now or as soon as the other side has room. False when it is gone."""
        if self.closed:
            return False
        data = pack(messages)
        if self._waiting:
            self._waiting += data
            return True
        sent = self._send(data)
        if 0 <= sent < len(data):
            self._waiting += data[sent:]
            self._poller.watch_writing(self.sock.fileno(), self._flush)
        return sent >= 0

    def _send(self, data: bytes | bytearray) -> int:
        """How much was sent; -1 when the other side is gone."""
        try:
            return self.sock.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            # What is to be done then is told by reading, after what is still to be read.
            return -1

    def _flush(self) -> None:
        sent = self._send(self._waiting)
        del self._waiting[: sent if sent >= 0 else None]
        if not self._waiting:
            self._poller.watch_writing(self.sock.fileno(), None)

    def _end(self, problem: str | None) -> None:
        self.close()
        self._over(problem)

    def close(self) -> None:
        """Close without telling."""
        if not self.closed:
            self.closed = True
            self._poller.forget(self.sock.fileno())
            self.sock.close()
