"""A cell of a table as a JSON value that a page can show."""

from __future__ import annotations

import math
from typing import Any, Final

#: Characters of a cell, at most.
LENGTH: Final = 1000
#: Elements of a list in a cell, and levels of them.
ELEMENTS: Final = 20
LEVELS: Final = 4
#: Whole numbers beyond this are not exact in JavaScript (Number.MAX_SAFE_INTEGER), so that they are told as text.
_EXACT: Final = 2**53 - 1


def cell(value: Any, level: int = 0) -> Any:
    """A Python value as a JSON value of bounded size."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, bytes):
        return shortened(value[:LENGTH].hex())
    if level >= LEVELS:
        return "…"
    if isinstance(value, dict):
        return {str(key): cell(each, level + 1) for key, each in list(value.items())[:ELEMENTS]}
    if isinstance(value, list | tuple):
        rest = ["…"] if len(value) > ELEMENTS else []
        return [cell(each, level + 1) for each in value[:ELEMENTS]] + rest
    return shortened(str(value))


def shortened(text: str, length: int = LENGTH) -> str:
    """A text of at most `length` characters, marked where it was cut."""
    return text if len(text) <= length else text[: length - 1] + "…"
