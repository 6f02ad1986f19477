"""What a drill gives back."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """`figures` by name; seconds where the name does not say otherwise. `broken`: the laws that do not hold."""

    figures: dict[str, float]
    broken: list[str]


def over(figures: dict[str, float], name: str, most: float) -> list[str]:
    """A figure that is worse than was asked for, in words."""
    return [f"{name}: {figures[name]:.2f} s, and {most:g} s are asked"] if figures[name] > most else []
