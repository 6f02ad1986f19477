"""How stored values leave: their names, their types, and headers under which nothing of them runs on our origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, Final
from urllib.parse import quote

from penstock.store.outputs import Output

#: Pictures that a page may show. svg is a document that may hold scripts: it is shown by <img>, where none run, and is
#: an attachment to all else.
_PICTURES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
#: Bytes of a picture that a page shows, at most.
PICTURE: Final = 32 << 20
_TYPES: Final = _PICTURES | {
    ".arrow": "application/vnd.apache.arrow.file",
    ".csv": "text/csv; charset=utf-8",
    ".gz": "application/gzip",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
_OTHER: Final = "application/octet-stream"
#: Bytes of one step of a download.
STEP: Final = 1 << 20


def file_name(output: Output) -> str:
    """The name that a browser saves it under: a file's own, else the dataset's."""
    if output.kind == "dataset" and output.path:
        return PurePosixPath(output.path).name
    suffix = "".join(PurePosixPath(output.path).suffixes[-1:]) if output.path else ".json"
    if output.kind == "file" and output.python_type not in ("bytes", "matplotlib.figure.Figure") and output.path:
        return PurePosixPath(output.path).name
    item = "" if output.map_index is None else f"-{output.map_index}"
    return f"{output.dataset}{item}{suffix}"


def media_type(output: Output) -> str:
    """What it is sent as."""
    if output.kind == "json":
        return _TYPES[".json"]
    return _TYPES.get(_suffix(output), _OTHER) if output.kind in ("file", "table", "dataset") else _OTHER


def is_picture(output: Output) -> bool:
    """May the page show it as a picture?"""
    return output.kind in ("file", "dataset") and _suffix(output) in _PICTURES and (output.bytes or 0) <= PICTURE


def headers(name: str, *, inline: bool = False) -> dict[str, str]:
    """Headers under which a browser saves it. `inline`: it may also show it."""
    return {
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; {_names(name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-cache",
        # To pack gigabytes on the way costs more than it saves; what is there tells the whole length.
        "Content-Encoding": "identity",
    }


def may_show(output: Output) -> bool:
    """May it be opened in a window of its own?"""
    return is_picture(output) and _suffix(output) != ".svg"


def proven(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream that proves itself at its end; the last step is kept back until it has.

    So whoever gets all the bytes that were announced has those that were stored. Raises ArtifactCorrupt.
    """
    held = b""
    while part := stream.read(STEP):
        if held:
            yield held
        held = part
    yield held


def _suffix(output: Output) -> str:
    return PurePosixPath(output.path).suffix.lower() if output.path else ""


def _names(name: str) -> str:
    """A name as headers can hold it (RFC 6266): in ASCII for old readers, and in full."""
    printable = "".join([letter if letter.isprintable() and letter not in "/\\" else "_" for letter in name])
    plain = printable.encode("ascii", "replace").decode().replace('"', "_").replace("?", "_").replace("%", "_")
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(printable, safe='', errors='replace')}"
