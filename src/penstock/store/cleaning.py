"""Text that no database takes: halves of surrogate pairs, and on PostgreSQL the NUL character.

User code makes such text (file names that are not UTF-8, rubbish in an error's message), and a run must not become
unrecordable by it. Looking at every text would cost more than writing it, so this happens only after a refusal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Final

from penstock.store.rows import Commit
from penstock.store.texts import writable

_NO_ROWS: Final = ("slots_past", "granted")


def cleaned(commit: Commit) -> Commit:
    """The same commit with U+FFFD for every character that can't be stored."""
    names = (field.name for field in dataclasses.fields(commit) if field.name not in _NO_ROWS)
    kinds: dict[str, Any] = {name: [_row(row) for row in getattr(commit, name)] for name in names}
    # The answer comes in the list that the one who asked holds in hand.
    return Commit(**kinds, slots_past=commit.slots_past, granted=commit.granted)


def _row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    facts = [writable(fact) if isinstance(fact, str) else fact for fact in row]
    make: Callable[[list[Any]], tuple[Any, ...]] = getattr(row, "_make", tuple)
    return make(facts)
