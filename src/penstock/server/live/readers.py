"""One who reads a stream: what waits for him, up to a bound."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

#: Bytes that wait for a reader, at most; what the operating system and uvicorn hold comes on top.
ROOM: Final = 1 << 20


class Reader:
    """Belongs to the event loop. `watched` is the key of the run whose tasks are told too.

    `missed`: he was too slow, or too much happened; what waited is gone, and he starts over from a snapshot.
    """

    def __init__(self, watched: int | None) -> None:
        self.watched = watched
        self.missed = False
        self.closed = False
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Hand him a frame."""
        if self.missed or not frame:
            return
        if self._bytes + len(frame) > ROOM:
            self.miss()
            return
        self._waiting.append(frame)
        self._bytes += len(frame)
        self._wake.set()

    def miss(self) -> None:
        """Let him start over."""
        self._waiting.clear()
        self._bytes = 0
        self.missed = True
        self._wake.set()

    def start_over(self) -> None:
        """From here on he gets what is put again."""
        self._waiting.clear()
        self._bytes = 0
        self.missed = False

    def close(self) -> None:
        """End his stream."""
        self.closed = True
        self._wake.set()

    async def take(self, patience: float) -> bytes:
        """All that waits; b"" when nothing came for so many seconds, or when there is something else to see to."""
        if not (self._waiting or self.missed or self.closed):
            self._wake.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._wake.wait()
            except TimeoutError:
                return b""
        taken = b"".join(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return taken
