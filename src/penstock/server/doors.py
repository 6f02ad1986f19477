"""Who may come in: people by a session, programs by the token. Everything behind `Guarded` needs one of them."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from penstock.server.front import is_bearer
from penstock.server.refusals import NotSignedIn, TooManyTries
from penstock.server.service import Service
from penstock.store import sessions

#: Seconds for which a session that was good is taken to be so still: a session that is revoked ends this much later.
TRUSTED: Final = 1.0
#: Wrong tries at once, and how many more each second, from one address.
TRIES: Final = 20
TRIES_A_SECOND: Final = 1.0
#: Addresses whose wrong tries are remembered.
_REMEMBERED: Final = 1000
_LONGEST_SECRET: Final = 200

HOW: Final = "open the link that `penstock up` or `penstock link` prints, or send `Authorization: Bearer TOKEN`"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `session` is the secret of the cookie, for those that came by one."""

    kind: Literal["session", "token"]
    session: str | None = None


class Tries:
    """Wrong tries by address, slowed: a bucket of TRIES that fills by TRIES_A_SECOND."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, tuple[float, float]] = {}

    def check(self, address: str) -> None:
        """Raise TooManyTries where an address has none left. Looked at before a secret is: a right one waits too."""
        wrong = self._now(address)
        if wrong > TRIES - 1:
            raise TooManyTries(max(1, round((wrong - TRIES + 1) / TRIES_A_SECOND)))

    def count(self, address: str) -> None:
        """Remember a wrong try."""
        wrong = self._now(address) + 1
        self._wrong.pop(address, None)
        if len(self._wrong) >= _REMEMBERED:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[address] = (wrong, self._clock())

    def _now(self, address: str) -> float:
        wrong, at = self._wrong.get(address, (0.0, 0.0))
        return max(0.0, wrong - (self._clock() - at) * TRIES_A_SECOND)


class Doors:
    """Tells callers by what they bring. One for a server."""

    def __init__(self, service: Service) -> None:
        self._database = service.database
        self._writing = service.writing
        self._token = service.token.encode()
        self.cookie = f"penstock_session_{service.port}"
        self.tries = Tries()
        #: When each session was last found good; only those of the last moments.
        self._good: dict[str, float] = {}

    async def caller(self, scope: Scope) -> Caller:
        """Who asks. Raises NotSignedIn, TooManyTries."""
        authorization = _header(scope, b"authorization")
        if authorization is not None:
            if is_bearer(authorization) and self.is_token(authorization[7:].strip(), address_of(scope)):
                return Caller("token")
            raise NotSignedIn("this is not the token of this home", cure=HOW)
        secret = self.secret_of(scope)
        if secret is not None and await self.is_good(secret):
            return Caller("session", secret)
        raise NotSignedIn(cure=HOW)

    def is_token(self, given: str, address: str) -> bool:
        """Compared in constant time; wrong tries are slowed. Raises TooManyTries."""
        self.tries.check(address)
        right = bool(self._token) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._token)
        if not right:
            self.tries.count(address)
        return right

    def secret_of(self, scope: Scope) -> str | None:
        """What the session's cookie holds."""
        # Not http.cookies: it gives up at what other programs on this host may have set.
        for part in (_header(scope, b"cookie") or "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == self.cookie and 0 < len(value) <= _LONGEST_SECRET:
                return value
        return None

    async def is_good(self, secret: str) -> bool:
        """Is it a session's, now? Asked of the store once a second at most; streams ask this again and again."""
        if time.monotonic() - self._good.get(secret, float("-inf")) < TRUSTED:
            return True
        if await to_thread.run_sync(self._known, secret):
            if len(self._good) >= _REMEMBERED:
                self._good.clear()
            self._good[secret] = time.monotonic()
            return True
        self._good.pop(secret, None)
        return False

    def _known(self, secret: str) -> bool:
        with self._database.read() as connection:
            return sessions.is_session(connection, secret, time.time())

    def enter(self, code: str, address: str) -> str | None:
        """A new session's secret for a one-time code; None for a wrong, used or old one. Raises TooManyTries."""
        self.tries.check(address)
        with self._writing() as connection:
            secret = sessions.redeem_code(connection, code, time.time())
        if secret is None:
            self.tries.count(address)
        return secret

    def enter_by_token(self, token: str, address: str) -> str | None:
        """A new session's secret for the token; None for a wrong one. Raises TooManyTries."""
        if not self.is_token(token, address):
            return None
        with self._writing() as connection:
            return sessions.create_session(connection, time.time())

    def leave(self, secret: str) -> None:
        """End a session, at once."""
        self._good.pop(secret, None)
        with self._writing() as connection:
            sessions.end_session(connection, secret)


class Guarded:
    """An app that only callers who are known may reach; it finds them in `request.state.caller`."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["caller"] = await self._doors.caller(scope)
        await self._app(scope, receive, send)


def address_of(scope: Scope) -> str:
    """Where a request comes from."""
    client = scope.get("client")
    return client[0] if client else ""


def _header(scope: Scope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
