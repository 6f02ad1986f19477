"""What a search in errors looks at: the words that a list shows of an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from penstock.store.texts import writable

#: Characters that are kept, so that the index of them stays small: PostgreSQL takes 2,700 bytes in one entry.
MOST: Final = 600


def error_text(error: Mapping[str, Any] | None) -> str | None:
    """Task, item, type and message of an error, in small letters; None without an error."""
    if error is None:
        return None
    words = [str(error[name]) for name in ("task", "label", "type", "message") if error.get(name) is not None]
    return folded(" ".join(words)[:MOST])[:MOST]


def folded(text: str) -> str:
    """Text as it is searched for and in: the case of letters does not count."""
    return writable(text.lower())
