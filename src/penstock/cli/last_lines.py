"""The end of a log, without reading what lies before it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

#: Bytes that are read at a time.
_BLOCK: Final = 1 << 16


def last_lines(path: Path, count: int) -> list[dict[str, Any]]:
    """The last lines of a log as they were written; [] when there is none."""
    try:
        with open(path, "rb") as file:
            end = file.seek(0, os.SEEK_END)
            text = b""
            while end > 0 and text.count(b"\n") <= count:
                start = max(0, end - _BLOCK)
                file.seek(start)
                text = file.read(end - start) + text
                end = start
    except FileNotFoundError:
        return []
    # The first may be half a line.
    return _parsed(text.split(b"\n")[-count - 1 : -1])


def _parsed(texts: Sequence[bytes]) -> list[dict[str, Any]]:
    try:
        return list(json.loads(b"[%b]" % b",".join(texts)))
    except ValueError:
        # The end of a file whose writer was killed: what is whole counts.
        return _parsed(texts[:-1]) if texts else []
