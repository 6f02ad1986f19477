"""The nearest right name, for error messages."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The known name closest to `wrong`, or None when nothing is close."""
    names = {name.lower(): name for name in known}
    found = get_close_matches(wrong.lower(), names, n=1, cutoff=0.5)
    return names[found[0]] if found else None


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """The cure for a wrong name: the nearest one, else all of them, else that there are none."""
    names = sorted(known)
    close = nearest(wrong, names)
    if close is not None:
        return f"did you mean '{close}'?"
    if not names:
        return "there are none"
    shown = ", ".join(f"'{name}'" for name in names[:12])
    return f"there {'is' if len(names) == 1 else 'are'} {shown}{', …' if len(names) > 12 else ''}"
