"""Signing in: the link of the terminal, and the calls behind it.

The link's code is good once. A browser that a person leads there says so (`Sec-Fetch-Mode: navigate`), and is signed
in and sent on at once. What only looks ahead (prefetch, prerender, previews in chats) is told to wait or shown a
button, so that it does not use the code up.
"""

from __future__ import annotations

import html
from typing import Final
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from penstock.server.doors import HOW, Doors, address_of
from penstock.server.page import Page
from penstock.server.problems import invalid
from penstock.server.refusals import NotSignedIn, TooManyTries
from penstock.store.sessions import SESSION

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The button's request must say where it comes from, to browsers that know no better.
_HEADERS: Final = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sign in · Penstock</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto 0; padding: 0 1.25rem }}
h1 {{ font-size: 1.25rem }}
button {{ font: inherit; padding: .4rem 1rem; cursor: pointer }}
code {{ font-family: ui-monospace, monospace }}
</style>
</head>
<body><main><h1>{title}</h1>{text}</main></body>
</html>
"""
_BUTTON: Final = """<form method="post" action="/login">
<input type="hidden" name="code" value="{code}">
<input type="hidden" name="next" value="{next}">
<button autofocus>Sign in</button>
</form>"""
_STALE: Final = (
    "<p>It was used before, or is older than five minutes.</p><p><code>penstock link</code> prints a new one.</p>"
)


class Login:
    """ASGI for `/login`: the page of the link, and where its button leads."""

    def __init__(self, doors: Doors, page: Page) -> None:
        self._doors = doors
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        code = request.query_params.get("code")
        if request.method == "POST":
            answer = await self._pressed(request)
        elif code is None:
            await self._page(scope, receive, send)  # the page itself tells how to sign in
            return
        else:
            answer = await self._followed(request, code)
        await answer(scope, receive, send)

    async def _followed(self, request: Request, code: str) -> Response:
        after = safe_path(request.query_params.get("next"))
        secret = self._doors.secret_of(request.scope)
        if secret is not None and await self._doors.is_good(secret):
            return RedirectResponse(after, 303, headers={"Cache-Control": "no-store"})
        if "sec-purpose" in request.headers or request.headers.get("purpose") == "prefetch":
            # What is refused is asked for again when the person comes.
            return PlainTextResponse("Not ahead of time.", 503, headers={"Cache-Control": "no-store"})
        if request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate":
            return await self._enter(request, code, after)
        button = _BUTTON.format(code=html.escape(code), next=html.escape(after))
        return _shown("Sign in to Penstock", button)

    async def _pressed(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=10)
        return await self._enter(request, form.get("code", [""])[0], safe_path(form.get("next", [""])[0]))

    async def _enter(self, request: Request, code: str, after: str) -> Response:
        try:
            secret = await run_in_threadpool(self._doors.enter, code, address_of(request.scope))
        except TooManyTries as error:
            return _shown("Too many wrong tries", f"<p>Try again in {error.wait} s.</p>", 429)
        if secret is None:
            return _shown("This link is no longer good", _STALE, 401)
        answer = RedirectResponse(after, 303, headers={"Cache-Control": "no-store"})
        give_cookie(answer, self._doors, secret)
        return answer


async def sign_in(request: Request) -> Response:
    """`POST /api/v1/session`: a session for a code or for the token. Raises NotSignedIn, TooManyTries."""
    # Programs ask for a token's session, people follow a link: it is not loaded for them.
    from pydantic import ValidationError

    from penstock.wire.service import SessionBody

    doors: Doors = request.app.state.doors
    try:
        body = SessionBody.model_validate_json(await request.body() or b"{}")
    except ValidationError as error:
        return invalid(error.errors(include_url=False), skip=0)
    address = address_of(request.scope)
    if body.code is not None:
        secret = await run_in_threadpool(doors.enter, body.code, address)
    else:
        secret = await run_in_threadpool(doors.enter_by_token, body.token or "", address)
    if secret is None:
        raise NotSignedIn("the code or token is not good (any more)", cure=HOW)
    answer = Response(status_code=204)
    give_cookie(answer, doors, secret)
    return answer


def give_cookie(answer: Response, doors: Doors, secret: str) -> None:
    """Let the browser keep a session: for our host only, not for scripts, not from other sites' pages."""
    answer.set_cookie(doors.cookie, secret, max_age=int(SESSION), path="/", httponly=True, samesite="lax")


def safe_path(given: str | None) -> str:
    """Where to go after signing in: an address of this page, else the start. Never another host's.

    Browsers read `//host`, `/\\host` and `/<tab>/host` as another host.
    """
    if not given or not given.startswith("/") or given.startswith("//"):
        return "/"
    if "\\" in given or any(sign <= " " or sign == "\x7f" for sign in given):
        return "/"
    return quote(given, safe="/?&=%:,;@!$'()*+~-._#")


def _shown(title: str, text: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(title=title, text=text), status, headers=_HEADERS)
