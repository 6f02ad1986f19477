"""One who reads a stream: what waits for him, up to a bound."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from penstock.server.live.frames import Batch

#: Bytes that wait for a reader, at most; what the operating system and uvicorn hold comes on top.
ROOM: Final = 1 << 20


class Reader:
    """Belongs to the event loop. `watched` is the key of the run whose tasks are told to him too.

    He was told, or what waits tells, all up to event `upto`; None: he knows nothing, or was too slow, and starts over
    from a snapshot. `behind`: he gets what he lacks since `upto` from the store.
    """

    def __init__(self, watched: int | None, after: int | None) -> None:
        self.watched = watched
        self.upto = after
        self.behind = after is not None
        self.closed = False
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()

    def put(self, batch: Batch) -> None:
        """Tell him what happened."""
        if self.upto is None or self.behind:
            return  # he will read it
        if batch.starts_over(self.watched):
            self.start_over()
        elif batch.last is not None and not batch.is_for(self.watched):
            # He came while the batch was made.
            self.behind = True
            self._wake.set()
        else:
            self._append(batch.frame(self.watched))
            if batch.last is not None and self.upto is not None:
                self.upto = batch.last

    def start_over(self) -> None:
        """Let him forget what waits, and go on from a snapshot."""
        self.upto = None
        self.behind = False
        self._empty()
        self._wake.set()

    def go_on(self, upto: int) -> None:
        """From here on he is told again: he gets all up to this event in another way."""
        self.upto = upto
        self.behind = False

    def close(self) -> None:
        """End his stream."""
        self.closed = True
        self._wake.set()

    async def take(self, patience: float) -> bytes:
        """All that waits; b"" when nothing came for so many seconds, or when there is something else to see to."""
        if not (self._waiting or self.upto is None or self.behind or self.closed):
            self._wake.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._wake.wait()
            except TimeoutError:
                return b""
        taken = b"".join(self._waiting)
        self._empty()
        return taken

    def _append(self, frame: bytes) -> None:
        if self._waiting and self._bytes + len(frame) > ROOM:
            self.start_over()
        elif frame:
            self._waiting.append(frame)
            self._bytes += len(frame)
            self._wake.set()

    def _empty(self) -> None:
        self._waiting.clear()
        self._bytes = 0
