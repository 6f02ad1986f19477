"""Where the configuration says something, such as what a dataset is."""

from __future__ import annotations

import re
from pathlib import Path

from penstock.authoring.places import Place


def entry_place(name: str, conf: Path) -> Place:
    """The file and line of a dataset's entry, as far as its name is written there; else the folder."""
    return place_of_text(rf"^[\"']?{re.escape(name)}[\"']?\s*:", conf, "*catalog*.y*ml")


def place_of_text(pattern: str, conf: Path, files: str) -> Place:
    """The file and line of the first match in the configuration's files of such names; else the folder."""
    sought = re.compile(pattern, re.MULTILINE)
    for file in sorted(conf.glob(f"*/**/{files}")):
        text = file.read_text(encoding="utf-8", errors="replace")
        found = sought.search(text)
        if found is not None:
            return Place(str(file), text.count("\n", 0, found.start()) + 1)
    return Place(str(conf), None)
