"""Values as messages tell them to those who wrote JSON."""

from __future__ import annotations

import json


def as_json(value: object) -> str:
    """`null`, `[1, true]`; a text in single quotes, as in all messages; what JSON does not have as Python tells it."""
    if isinstance(value, str):
        return repr(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return repr(value)
