"""What every request passes first, whatever it asks for: hosts, origins, sizes, and the headers of every answer.

Plain ASGI, not BaseHTTPMiddleware, which lets WebSockets through unseen and buffers streams
(docs/decisions/0007-doors.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penstock.server.problems import answer
from penstock.server.refusals import LARGEST_BODY, CrossOrigin, NotJson, TooLarge, Unreadable, WrongHost, too_large

#: Bytes of an address with its query.
LONGEST_TARGET: Final = 16 << 10

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM: Final = "application/x-www-form-urlencoded"
#: Answers that say nothing else are data: nothing in them may run, wherever a browser shows them.
_DATA_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'; sandbox"
_ALWAYS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_UNLESS_SAID: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"content-security-policy", _DATA_POLICY),
    # Documents may be kept by the person's own browser, which asks each time whether they are still right.
    (b"cache-control", b"private, no-cache"),
)


class Front:
    """Refuses what no route should see, and says in every answer what browsers may do with it.

    `hosts`: the names (with port where it is not 80) that this server answers to, exactly.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answering = _Answering(send)
        try:
            self._check(scope)
            await self._app(scope, _limited(receive), answering)
        except Exception as error:
            if not answering.started:
                await answer(error)(scope, receive, answering)
            elif not answering.whole:
                raise  # the connection is cut, so that nobody takes the part for the whole

    def _check(self, scope: Scope) -> None:
        headers = _Headers(scope)
        host = self._host(headers)
        _check_target(scope)
        if scope["method"] not in _SAFE:
            _check_origin(headers, f"{scope.get('scheme', 'http')}://{host}")
            _check_body(headers, scope)

    def _host(self, headers: _Headers) -> str:
        given = headers.all(b"host")
        host = given[0].lower() if len(given) == 1 else ""
        if host not in self._hosts:
            raise WrongHost(cure="use the address that `penstock up` printed")
        return host


class _Headers:
    """The headers of a request, as text."""

    __slots__ = ("_raw",)

    def __init__(self, scope: Scope) -> None:
        self._raw: list[tuple[bytes, bytes]] = scope["headers"]

    def all(self, name: bytes) -> list[str]:
        return [value.decode("latin-1") for key, value in self._raw if key == name]

    def one(self, name: bytes) -> str | None:
        return next(iter(self.all(name)), None)


def _check_target(scope: Scope) -> None:
    raw: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
    target = raw + b"?" + scope["query_string"]
    if len(target) > LONGEST_TARGET:
        raise TooLarge("the address is too long", cure=f"keep it below {LONGEST_TARGET:,} bytes")
    if b"%00" in target or "\x00" in scope["path"]:
        raise Unreadable("the address holds a null byte", cure="leave it out")
    try:
        unquote_to_bytes(target).decode()
    except UnicodeDecodeError:
        raise Unreadable("the address is no UTF-8", cure="encode its letters as UTF-8, then by %") from None


def _check_origin(headers: _Headers, ours: str) -> None:
    """Another page's requests are refused, with or without cookies.

    `same-site` does not do: another port of this machine is the same site, and cookies ignore ports.
    """
    site = headers.one(b"sec-fetch-site")
    origin = headers.one(b"origin")
    if site is not None:
        fine = site in ("same-origin", "none")
    elif origin is not None:
        fine = origin.lower() == ours
    else:
        fine = is_bearer(headers.one(b"authorization"))
    if not fine:
        raise CrossOrigin(cure="programs send `Authorization: Bearer TOKEN`; the token lies in the home")


def is_bearer(authorization: str | None) -> bool:
    """Does a request carry a token, as programs do?"""
    return authorization is not None and authorization[:7].lower() == "bearer "


def _check_body(headers: _Headers, scope: Scope) -> None:
    length = headers.one(b"content-length")
    if length is not None and (not length.isascii() or not length.isdigit()):
        raise Unreadable("the length of the body is no number")
    if length is not None and int(length[:20]) > LARGEST_BODY:
        raise too_large()
    empty = (length is None and headers.one(b"transfer-encoding") is None) or length == "0"
    if empty:
        return
    kind = (headers.one(b"content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind == _FORM and scope["path"] == "/login"):
        raise NotJson(cure="send JSON, with `Content-Type: application/json`")


def _limited(receive: Receive) -> Receive:
    """`receive` that ends a body which is longer than it may be, whatever length was told."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY:
                raise HTTPException(413)  # the only kind that FastAPI hands on while it reads a body
        return message

    return limited


class _Answering:
    """`send` that adds our headers, and knows whether the answer has begun, and was sent to its end."""

    __slots__ = ("_send", "started", "whole")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.whole = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            raw: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
            names = {name.lower() for name, _ in raw}
            raw += [pair for pair in _ALWAYS + _UNLESS_SAID if pair[0] not in names]
            message["headers"] = raw
        await self._send(message)
        self.whole = message["type"] == "http.response.body" and not message.get("more_body", False)
