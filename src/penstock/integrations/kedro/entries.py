"""Where the catalogue says what a dataset is."""

from __future__ import annotations

import re
from pathlib import Path

from penstock.authoring.places import Place


def entry_place(name: str, conf: Path) -> Place:
    """The file and line of a dataset's entry, as far as its name is written there; else the folder."""
    begins = re.compile(rf"^[\"']?{re.escape(name)}[\"']?\s*:", re.MULTILINE)
    for file in sorted(conf.glob("*/**/*catalog*.y*ml")):
        text = file.read_text(encoding="utf-8", errors="replace")
        found = begins.search(text)
        if found is not None:
            return Place(str(file), text.count("\n", 0, found.start()) + 1)
    return Place(str(conf), None)
