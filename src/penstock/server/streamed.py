"""Answers that are written while they are sent."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import Final

from anyio import CancelScope, move_on_after, to_thread
from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

#: Seconds. While an answer is read from the database, its log of changes grows and can't be folded in.
STALLED: Final = 600.0
_log: Final = logging.getLogger("penstock.server")


class _Stalled(Exception):
    """Nothing of what was sent is taken."""


class Streamed(StreamingResponse):
    """The parts of an answer, made one by one, and `held`: what they are read from, which is left when it has ended.

    However it ends, and at once. To leave it to the parts is not enough: of a reader who has gone a traceback is left,
    which holds them until garbage is collected, seldom on a quiet server; and parts that were never begun end nothing.
    A reader who stays and takes nothing for STALLED seconds is taken to have gone.
    """

    def __init__(
        self, parts: Iterator[bytes], held: AbstractContextManager[object], headers: Mapping[str, str], media_type: str
    ) -> None:
        self._held = ExitStack()
        self._held.enter_context(held)
        super().__init__(parts, headers=headers, media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patiently(message: Message) -> None:
            with move_on_after(STALLED) as wait:
                await send(message)
            if wait.cancelled_caught:
                raise _Stalled

        try:
            await super().__call__(scope, receive, patiently)
        except _Stalled:
            _log.warning("%s: nothing of it was read for %g s, so it was broken off", scope["path"], STALLED)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._held.close)
