"""What of the forms in which we have an answer its caller takes (`Accept-Encoding`; RFC 9110, 12.5.3)."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

#: The codings in which we have some answers.
_OURS: Final = ("br", "gzip")


def takes(headers: Headers, coding: str) -> bool:
    """Does a caller who sent these headers take this coding? One with `q=0` is not taken, even beside `*`."""
    weights = {}
    for part in ",".join(headers.getlist("accept-encoding")).lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = _weight(weight)
    return weights.get(coding, weights.get("*", 0.0)) > 0


def _weight(text: str) -> float:
    """Of `q=0.5`; what can't be read is refused: plain answers are always right."""
    name, _, value = text.partition("=")
    if not name.strip():
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


class Packer(GZipMiddleware):
    """The middleware that packs answers, which takes every header that has the word `gzip` for a yes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "headers": _plainly(scope)}
        await super().__call__(scope, receive, send)


def _plainly(scope: Scope) -> list[tuple[bytes, bytes]]:
    """Headers in which `Accept-Encoding` names what is taken of ours, and nothing else."""
    taken = [coding for coding in _OURS if takes(Headers(scope=scope), coding)]
    others = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    return [*others, (b"accept-encoding", ", ".join(taken).encode())]
