"""Answers that are written while they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack

from anyio import CancelScope, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class Streamed(StreamingResponse):
    """The parts of an answer, made one by one, and `held`: what they are read from, which is left when it has ended.

    However it ends, and at once. To leave it to the parts is not enough: of a reader who has gone a traceback is left,
    which holds them until garbage is collected, seldom on a quiet server; and parts that were never begun end nothing.
    """

    def __init__(
        self, parts: Iterator[bytes], held: AbstractContextManager[object], headers: Mapping[str, str], media_type: str
    ) -> None:
        self._held = ExitStack()
        self._held.enter_context(held)
        super().__init__(parts, headers=headers, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._held.close)
