"""Texts as rows can hold them: no halves of surrogate pairs, and on PostgreSQL no NUL character."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from penstock.errors import UsageError

_UNWRITABLE: Final = re.compile("[\ud800-\udfff\x00]")


def writable(text: str) -> str:
    """The text with U+FFFD for every character that can't be stored."""
    return _UNWRITABLE.sub("\ufffd", text)


def check_texts(what: str, texts: Iterable[str], longest: int = 1000) -> None:
    """Raise UsageError for a text that a person gave and that can't be stored, or is too long."""
    for text in texts:
        if _UNWRITABLE.search(text):
            raise UsageError(f"a {what} holds a character that can't be stored ({text[:40]!a})", cure="leave it out")
        if len(text) > longest:
            raise UsageError(f"a {what} has {len(text)} characters", cure=f"use at most {longest}")
