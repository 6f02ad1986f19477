"""Plain values that are too large for a message: their text in a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.artifacts import plain
from penstock.artifacts.codecs.codec import Prepared, Unfit, type_name
from penstock.artifacts.content import Content


def prepare(value: Any) -> Prepared:
    """Raises Unfit for a value that is not plain."""
    try:
        text = plain.dumps(value)
    except plain.NotPlain:
        raise Unfit("it holds more than plain values") from None
    return of_text(value, text)


def of_text(value: Any, text: str) -> Prepared:
    """A plain value whose text is known."""
    return Prepared("json", ".json", type_name(type(value)), lambda out: out.write(text.encode()))


def reader(content: Content) -> Callable[[], Any]:
    """The value is made from its text each time."""
    return lambda: plain.loads(bytes(content.mapped()).decode())
