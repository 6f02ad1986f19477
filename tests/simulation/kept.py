"""Seeds of histories that went wrong once, a line each, with what it was. Whoever finds one adds it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("regressions.txt")


def kept_seeds() -> list[int]:
    """The seeds of the file."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line and not line.startswith("#")]


def keep(seed: int, why: str) -> None:
    """Add one."""
    if seed not in kept_seeds():
        with FILE.open("a", encoding="utf-8") as file:
            file.write(f"{seed}  {' '.join(why.split())[:100]}\n")
