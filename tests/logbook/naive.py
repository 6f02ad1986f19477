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

#: Texts that are nasty to look for in JSON: escapes, quotes, colours, letters with odd cases.
letters = st.sampled_from(
    [*'abkKn u0{}",:\\/', "é", "É", "\u212a", "ß", "\n", "\x1b", "[31m", "\x9b1m", "😀", "Σ", "ς"]
)
messages = st.one_of(
    st.lists(letters, max_size=12).map("".join),
    st.sampled_from(
        ['", "level": null, "logger": ', '{"at": 5.000000, "seq": 1', "\x1b]8;;http://x\x07link", "\x1b[1 q"]
    ),
)
steps = st.sampled_from([0.0, 0.0, 0.000001, 0.5, 3.0, -2.0, -1e9, 1e10])
lines = st.tuples(steps, st.sampled_from(LEVELS), messages)
logs = st.lists(lines, max_size=25)


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
