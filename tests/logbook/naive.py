"""Reads logs the simple way: all of every file, line by line. What the logbook says is held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from penstock.logbook.folder import Folder
from penstock.logbook.shelf import Shelf
from penstock.logbook.view import Attempt

LEVELS = ("debug", "info", "warning", "error", "critical", None)
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-Z\\^-~]|\x1b"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)

#: What is nasty to look for in JSON: escapes, quotes, colours, letters with odd cases. Some are longer than a letter.
_LETTERS = 'abkKn u0{}",:\\/éÉ\u212aß\n\x1b😀Σς123456'
_LONG = str.maketrans({
    "1": "[31m", "2": "\x9b1m", "3": '", "level": null, "logger": ', "4": '{"at": 5.000000, "seq": 1',
    "5": "\x1b]8;;http://x\x07link", "6": "\x1b[1 q",
})  # fmt: skip
_STEPS = (0.0, 0.0, 0.000001, 0.5, 3.0, -2.0, -1e9, 1e10)
# Each is drawn at once: lists of letters, and pairs of time and level, cost more than the tests that they are for.
_drawn = st.text(_LETTERS, max_size=12)
_heads = st.sampled_from([(step, level) for step in _STEPS for level in LEVELS])


def texts(min_size: int, max_size: int) -> st.SearchStrategy[str]:
    return st.text(_LETTERS, min_size=min_size, max_size=max_size).map(lambda text: text.translate(_LONG))


def logs(min_size: int = 0, max_size: int = 25) -> st.SearchStrategy[list[tuple[float, str | None, str]]]:
    """Lines: how much later each is, its level, its message."""
    drawn = st.lists(st.tuples(_heads, _drawn), min_size=min_size, max_size=max_size)
    return drawn.map(lambda log: [(*head, text.translate(_LONG)) for head, text in log])


@dataclass
class Naive:
    """A folder with the log of each attempt."""

    folder: Path

    def write(self, number: int, log: list[tuple[float, str | None, str]], start: float = 1_700_000_000.0) -> None:
        """Write as an agent does."""
        at, texts = start, []
        for seq, (step, level, message) in enumerate(log):
            at = round(at + step, 6)
            stream = "stdout" if level is None else "log"
            # Other writers leave zeros out.
            when = f"{at:.6f}" if number % 2 == 0 else repr(at)
            texts.append(
                f'{{"at": {when}, "seq": {seq}, "stream": "{stream}", "level": {json.dumps(level)}, '
                f'"logger": {json.dumps(level and "a.b")}, "message": {json.dumps(message)}}}\n'
            )
        (self.folder / f"{number}.jsonl").write_text("".join(texts), encoding="ascii")

    def read(self, count: int) -> list[dict[str, Any]]:
        """All lines in the order of the times at which they stand, with `task` and `stands`."""
        found = [line for number in range(count) for line in self._lines(number)]
        found.sort(key=lambda line: line["stands"])
        return found

    def _lines(self, number: int) -> Iterator[dict[str, Any]]:
        path, stands = self.folder / f"{number}.jsonl", float("-inf")
        for text in path.read_text(encoding="ascii").splitlines() if path.exists() else []:
            line = json.loads(text)
            stands = max(stands, line["at"])
            yield {**line, "task": f"t{number}", "stands": (stands, number, line["seq"])}


def holds(line: dict[str, Any], text: str) -> bool:
    """Does its message hold the text, as it is seen and in any case?"""
    return _fold(text) in _fold(_ESCAPES.sub("", line["message"]))


def _fold(text: str) -> str:
    return "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)


def attempts(count: int, *, writes: bool = False) -> list[Attempt]:
    return [Attempt(f"t{number}", None, None, 1, 1, f"{number}.jsonl", writes) for number in range(count)]


def shelf(folder: Path) -> Shelf:
    return Shelf(Folder(folder))


def shown(line: dict[str, Any]) -> dict[str, Any]:
    """A line as views tell it."""
    known = {name: line[name] for name in ("at", "seq", "task", "stream", "level", "logger", "message")}
    return {**known, "map_index": None, "label": None, "generation": 1, "attempt": 1}
