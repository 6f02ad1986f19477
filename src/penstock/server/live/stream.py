"""One stream, as an ASGI answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Response
from starlette.types import Receive, Scope, Send

from penstock.errors import StoreError
from penstock.server.live.frames import BEAT, HELLO
from penstock.server.live.hub import Hub
from penstock.server.live.readers import Reader

#: Seconds of silence after which a comment says that the stream is alive.
QUIET: Final = 15.0
#: Seconds between two looks whether the reader may still read.
CHECK: Final = 2.0
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class Stream(Response):
    """What happens, until the reader goes, the server ends, or `may_read` says no.

    `watched` is the run whose tasks are told too, by its key and its id; `after` the last event that the reader knows.
    """

    media_type = "text/event-stream"

    def __init__(
        self, hub: Hub, watched: tuple[int, str] | None, after: int | None, may_read: Callable[[], Awaitable[bool]]
    ) -> None:
        super().__init__()
        self._hub = hub
        self._key = watched[0] if watched else None
        self._id = watched[1] if watched else None
        self._after = after
        self._may_read = may_read

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        with self._hub.reader(self._key, self._after) as reader:
            leaving = asyncio.ensure_future(_left(receive, reader))
            try:
                # Before the answer begins: what goes wrong here is told by its status.
                opening = await self._hub.catch_up(reader, self._id)
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await _send(send, HELLO + opening)
                await self._tell(reader, send)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                leaving.cancel()

    async def _tell(self, reader: Reader, send: Send) -> None:
        spoke = checked = time.monotonic()
        while True:
            frames = await reader.take(CHECK)
            if reader.upto is None or reader.behind:
                try:
                    frames += await self._hub.catch_up(reader, self._id)
                except StoreError:
                    return  # he connects again, and resumes from what reached him
            now = time.monotonic()
            if now >= checked + CHECK:
                checked = now
                if not await self._allowed():
                    return
            if reader.closed:
                return
            if not frames and now >= spoke + QUIET:
                frames = BEAT
            if frames:
                spoke = now
                await _send(send, frames)

    async def _allowed(self) -> bool:
        try:
            return await self._may_read()
        except StoreError:
            return True  # nobody knows better at the moment


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _left(receive: Receive, reader: Reader) -> None:
    """Wait until the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.close()
