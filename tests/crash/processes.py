"""Processes of a home, found by what they carry in their environment."""

from __future__ import annotations

import contextlib
from typing import Final

import psutil

MARK: Final = "PENSTOCK_TEST_MARK"


def marked(mark: str) -> list[tuple[psutil.Process, list[str]]]:
    """The processes that carry a mark, with their command lines; zombies are none."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append((process, process.cmdline()))
    return found


def left_over(mark: str) -> list[str]:
    """What tasks started, and is none of Penstock's own processes: nothing of it may outlive its attempt."""
    return [
        f"process {process.pid} ({' '.join(words)}) is left over"
        for process, words in marked(mark)
        if words and not any("penstock" in word for word in words[:4])
    ]
