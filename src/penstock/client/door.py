"""One server: where it is, who we are to it, and its refusals as our errors."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from penstock.compose.home import find_home
from penstock.compose.presence import find
from penstock.compose.token import VARIABLE
from penstock.errors import NotFound, PenstockError, UsageError

#: A query: a value, or several of which any will do; what is None is left out.
Query = Mapping[str, str | float | Sequence[str] | None]
#: How often what the server may not have heard is sent.
_TRIES: Final = 3


class Refused(PenstockError):
    """The server refused.

    `code` is that of its problem document, `status` the one of HTTP, `problem` the whole document.
    """

    status: int = 0
    problem: dict[str, Any]

    @classmethod
    def of(cls, status: int, problem: dict[str, Any]) -> Self:
        """The error that a problem document tells."""
        error = cls(str(problem.get("detail") or problem.get("title") or ""), cure=problem.get("cure"))
        error.__dict__["code"] = str(problem.get("code", "refused"))
        error.status, error.problem = status, problem
        return error


class Unreachable(PenstockError):
    """The server does not answer."""

    code = "unreachable"


class Place(NamedTuple):
    """A server of this machine."""

    url: str
    token: str


def at_hand(url: str | None = None) -> Place:
    """The `penstock up` of the home at hand, or the home's token for the server at `url`. Raises NotFound."""
    home = find_home(Path.cwd(), os.environ)
    address = None if url is not None else find(home)
    if url is None and address is None:
        raise NotFound(
            f"no `penstock up` runs for {home}", cure="start one, or name another server: Client(url, token)"
        )
    token = os.environ.get(VARIABLE) or _read(home / "token")
    return Place(url or (address.url if address else ""), token)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(
            f"there is no token in {file}", cure="`penstock up` makes one, or give one: token=..."
        ) from error


class Door:
    """Sends requests and reads answers. `timeout`: seconds to wait for each.

    Raises Refused, and Unreachable where nobody answers, also to a request that is sent again.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"'{url}' is no address of a server", cure="write it as http://host:port")
        self._base = f"{url.rstrip('/')}/api/v1/"
        # Who reads it from its file has the end of the line too.
        self._token = token.strip()
        self._timeout = timeout
        # No proxy: the token is for the server alone, which is most often this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path: str, query: Query | None = None) -> Any:
        """A document."""
        given = {key: value for key, value in (query or {}).items() if value is not None}
        return self._send("GET", f"{path}?{urlencode(given, doseq=True)}" if given else path, None, {})

    def post(self, path: str, body: dict[str, Any], key: str | None = None) -> Any:
        """Ask for something, once even if it is sent again: `key` is the idempotency key, by default a new one."""
        return self._send("POST", path, body, {"Idempotency-Key": key or uuid.uuid4().hex})

    def _send(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        for left in reversed(range(_TRIES)):
            try:
                with self._opener.open(request, timeout=self._timeout) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                with error:
                    raise Refused.of(error.code, _problem(error.read())) from None
            except OSError as error:
                if not left:
                    cure = "is `penstock up` running, and is this its address?"
                    raise Unreachable(f"{self._base} does not answer: {error}", cure=cure) from error
        raise AssertionError("unreachable")


def _problem(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"detail": text.decode("utf-8", "replace")[:200]}
