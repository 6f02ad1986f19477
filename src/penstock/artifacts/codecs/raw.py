"""Long bytes, as they are."""

from __future__ import annotations

from collections.abc import Callable

from penstock.artifacts.codecs.codec import Prepared
from penstock.artifacts.content import Content


def prepare(value: bytes) -> Prepared:
    """Any bytes will do."""
    return Prepared("file", ".bin", "bytes", lambda out: out.write(value))


def reader(content: Content) -> Callable[[], bytes]:
    """Bytes can't be changed, so that all may have the same; they are copied anyway, not to hold the file's pages."""
    return lambda: bytes(content.mapped())
