"""HEAD on the API: what GET answers, without the body (RFC 9110, 9.3.2)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """Asks the API for what GET would answer, and ends the answer where its body begins.

    Who writes a long body, or one without end, learns that as if the reader had left. It stands before what packs
    answers, which is what tells their length. The page and what stands in front of the door answer HEAD themselves.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD" and _is_of_api(scope["path"]):
            scope, send = {**scope, "method": "GET"}, _Head(send)
        await self._app(scope, receive, send)


class _Head:
    """`send` that ends an answer after its headers; servers tell a reader gone once an answer has ended."""

    __slots__ = ("_ended", "_send")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._ended = False

    async def __call__(self, message: Message) -> None:
        if self._ended:
            return
        if message["type"] != "http.response.start":
            self._ended = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


def _is_of_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")
