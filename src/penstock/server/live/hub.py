"""Where all streams of a server come together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from anyio import to_thread

from penstock.errors import StoreBusy
from penstock.logbook.folder import Folder
from penstock.server.live import news
from penstock.server.live.frames import Batch
from penstock.server.live.poller import Poller
from penstock.server.live.readers import Reader
from penstock.server.refusals import Refusal
from penstock.server.service import Service

#: Streams at a time.
MOST: Final = 500
#: Seconds that the first reader waits for a database that somebody holds.
PATIENCE: Final = 10.0


class TooManyStreams(Refusal):
    """Too many pages are open."""

    code = "too_many_streams"
    status = 503


class Hub:
    """Belongs to the event loop in which it was made; ends when the service closes.

    `last`: the event up to which readers were told all. It changes only between two steps of the loop.
    """

    def __init__(self, service: Service, most: int = MOST) -> None:
        self.loop = asyncio.get_running_loop()
        self.last = 0
        self._service = service
        self._most = most
        self._readers: set[Reader] = set()
        self._watched: frozenset[int] | None = None
        self._begun = asyncio.Event()
        self._snapshots: dict[str | None, asyncio.Task[bytes]] = {}
        self._as_of = (-1, 0.0)
        self._poller = Poller(
            service.database,
            Folder(service.logs),
            lambda last: self._call(self._begin, last),
            lambda batch: self._call(self._tell, batch),
            lambda: self._watched,
        )
        self._poller.start()
        self._closing = asyncio.ensure_future(self._close())

    async def begin(self) -> None:
        """Wait until it is known from where changes go on. Raises StoreBusy."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._begun.wait()
        except TimeoutError:
            raise StoreBusy from None

    @contextmanager
    def reader(self, watched: int | None, after: int | None) -> Iterator[Reader]:
        """Somebody who is told what happens until the block ends. Raises TooManyStreams."""
        if len(self._readers) >= self._most:
            raise TooManyStreams(cure="close some of them, or try again later")
        reader = Reader(watched, after)
        self._readers.add(reader)
        self._count()
        if self._service.closing.is_set():
            reader.close()
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            self._count()

    async def catch_up(self, reader: Reader, watched: str | None) -> bytes:
        """What a reader lacks, and from where on he is told again: since what he knows, or a snapshot."""
        after, last = reader.upto, self.last
        reader.go_on(last)
        if after is not None:
            lacking = await to_thread.run_sync(self._read_since, after, last, reader.watched)
            if lacking is not None:
                return lacking
            reader.start_over()
            reader.go_on(self.last)
        return await self._shared_snapshot(watched)

    async def _shared_snapshot(self, watched: str | None) -> bytes:
        """Many who start over at once share one."""
        last, now = self.last, time.monotonic()
        if last != self._as_of[0] or now > self._as_of[1] + 1:
            self._snapshots, self._as_of = {}, (last, now)
        if watched not in self._snapshots:
            self._snapshots[watched] = asyncio.ensure_future(to_thread.run_sync(self._read_snapshot, last, watched))
        # One of those who wait may be cancelled; the others still want it.
        return await asyncio.shield(self._snapshots[watched])

    def _read_snapshot(self, last: int, watched: str | None) -> bytes:
        with self._service.database.read() as connection:
            return news.snapshot(connection, last, watched, time.time())

    def _read_since(self, after: int, until: int, watched: int | None) -> bytes | None:
        with self._service.database.read() as connection:
            return news.resumed(connection, after, until, watched, time.time())

    def _begin(self, last: int) -> None:
        self.last = last
        self._begun.set()

    def _tell(self, batch: Batch) -> None:
        if batch.last is not None:
            self.last = batch.last
        for reader in self._readers:
            reader.put(batch)

    def _count(self) -> None:
        watched = [reader.watched for reader in self._readers]
        self._watched = frozenset([key for key in watched if key is not None]) if watched else None
        self._poller.stir()

    async def _close(self) -> None:
        await self._service.closing.wait()
        self._poller.end()
        for reader in self._readers:
            reader.close()

    def _call(self, what: Any, told: Any) -> None:
        """From the poller's thread into the loop."""
        try:
            self.loop.call_soon_threadsafe(what, told)
        except RuntimeError:
            self._poller.end()  # the loop is closed
