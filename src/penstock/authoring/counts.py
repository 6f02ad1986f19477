"""Whole numbers from 1: attempts, runs at the same time."""

from __future__ import annotations

from penstock.model.bounds import MOST


def no_count(value: object) -> str | None:
    """What to give instead of a value that is no such number; None for one that is."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        return "give a whole number from 1"
    return None if value <= MOST else f"give a whole number up to {MOST:,}"
