"""A cell of a table as a JSON value that a page can show."""

from __future__ import annotations

import json
import math
from typing import Any, Final

#: Characters of a cell, at most.
LENGTH: Final = 1000
#: Elements of a list in a cell, and levels of them.
ELEMENTS: Final = 20
LEVELS: Final = 4
#: Characters of its JSON, at most.
NESTED: Final = 4 * LENGTH


def cell(value: Any) -> Any:
    """A Python value as a JSON value of bounded size."""
    shown = _cell(value, 0)
    return bounded(shown) if isinstance(shown, dict | list) else shown


def _cell(value: Any, level: int) -> Any:
    if value is None or isinstance(value, int):  # of any size: JSON has no bound, and our page reads it so
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, bytes):
        return shortened(value[:LENGTH].hex())
    if level >= LEVELS:
        return "…"
    if isinstance(value, dict):
        return {str(key): _cell(each, level + 1) for key, each in list(value.items())[:ELEMENTS]}
    if isinstance(value, list | tuple):
        rest = ["…"] if len(value) > ELEMENTS else []
        return [_cell(each, level + 1) for each in value[:ELEMENTS]] + rest
    return shortened(str(value))


def bounded(value: Any) -> Any:
    """A list or object that is no longer than a few texts may be; else the beginning of its JSON, as text."""
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= NESTED else shortened(text)


def shortened(text: str, length: int = LENGTH) -> str:
    """A text of at most `length` characters, marked where it was cut."""
    return text if len(text) <= length else text[: length - 1] + "…"
