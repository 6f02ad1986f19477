"""The page: files that Vite built, in this package. Anybody may load them; they hold nothing of anybody's."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from penstock.errors import NotFound
from penstock.server.codings import takes
from penstock.server.problems import problem
from penstock.server.refusals import MethodRefused

FOLDER: Final = Path(__file__).parent / "page"
#: Nothing from elsewhere, no inline script. Styles: Mantine writes its variables into a <style> of its own.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: Vite puts a digest into the name of each of these.
_FOREVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
_ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
_NOT_BUILT: Final = """Penstock is up, but its page was not built.

In a checkout: make page     (or: cd ui && npm ci && npx vite build)
The API answers all the same: GET /api/v1/runs with `Authorization: Bearer TOKEN`.
"""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    media_type: str
    cache: str
    etag: str
    encoded: tuple[tuple[str, Path], ...]


class Page:
    """ASGI: a built file by its name, and `index.html` for every other address of the page.

    Only names that were found in the folder can be had, so no address leads anywhere else. The folder is looked through
    again when its index was written anew.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._built: int | None = None
        self._files: dict[str, _File] = {}
        self._index: _File | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._look()
        await self._answer(Request(scope))(scope, receive, send)

    def _look(self) -> None:
        try:
            built = (self._folder / "index.html").stat().st_mtime_ns
        except OSError:
            built = None
        if built != self._built:
            self._built = built
            self._files = {} if built is None else _found(self._folder)
            self._index = self._files.get("index.html")

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return problem(MethodRefused(cure="use GET", allow="GET, HEAD"))
        name = request.url.path.removeprefix("/")
        found = self._files.get(name)
        if found is not None and found is not self._index:
            return _file(found, request)
        if name.startswith("assets/"):
            return problem(NotFound("there is no such file", cure="reload the page: it was built anew"))
        if self._index is None:
            return PlainTextResponse(_NOT_BUILT, status_code=503, headers={"Cache-Control": "no-store"})
        return _file(self._index, request)


def _found(folder: Path) -> dict[str, _File]:
    root = folder.resolve()
    inside = [path for path in folder.rglob("*") if path.is_file() and path.resolve().is_relative_to(root)]
    paths = {path.relative_to(folder).as_posix(): path for path in inside}
    plain = {name: path for name, path in paths.items() if not name.endswith((".gz", ".br"))}
    return {name: _described(name, path, paths) for name, path in plain.items()}


def _described(name: str, path: Path, paths: dict[str, Path]) -> _File:
    encoded = tuple((coding, paths[name + ending]) for coding, ending in _ENCODINGS if name + ending in paths)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith((".js", ".mjs")):
        kind = "text/javascript"  # what the machine's own table says of it differs
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    stat = path.stat()
    etag = blake2b(f"{name}:{stat.st_size}:{stat.st_mtime_ns}".encode(), digest_size=8).hexdigest()
    return _File(path, kind, _FOREVER if name.startswith("assets/") else _ASK_AGAIN, etag, encoded)


def _file(found: _File, request: Request) -> Response:
    coding, path = next((each for each in found.encoded if takes(request.headers, each[0])), ("", found.path))
    etag = f'"{found.etag}{coding and "-"}{coding}"'
    headers = {"Cache-Control": found.cache, "ETag": etag, "Vary": "Accept-Encoding", "Content-Security-Policy": POLICY}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    if coding:
        headers["Content-Encoding"] = coding
    return FileResponse(path, media_type=found.media_type, headers=headers)
