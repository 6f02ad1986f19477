"""Files that were saved twice within a second, at the same length, and compiled in between."""

from __future__ import annotations

import os
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode, compile
from typing import Final

#: A moment of 2023, in whole seconds; all here happens within it.
MOMENT: Final = 1_700_000_000 * 10**9
MILLISECOND: Final = 10**6
FIRST: Final = MOMENT + 100 * MILLISECOND
COMPILED: Final = MOMENT + 300 * MILLISECOND
SECOND: Final = MOMENT + 600 * MILLISECOND


def save(file: Path, text: str, at: int) -> None:
    """Save a file at that time, in nanoseconds."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(at, at))


def save_twice(
    file: Path, text: str, compiled: int = COMPILED, mode: PycInvalidationMode = PycInvalidationMode.TIMESTAMP
) -> Path:
    """Save the text, compile it, and save it with "two" for each "one"; the compiled file, which has "one"."""
    save(file, text, FIRST)
    compile(str(file), doraise=True, invalidation_mode=mode)
    save_again(file, text, compiled)
    return Path(cache_from_source(str(file)))


def save_again(file: Path, text: str, compiled: int = COMPILED) -> None:
    """Save a file that was compiled with "two" for each "one" of its text."""
    save(file, text.replace("one", "two"), SECOND)
    os.utime(cache_from_source(str(file)), ns=(compiled, compiled))
