"""Whether a process is there still."""

from __future__ import annotations

import psutil


def lives(process: psutil.Process) -> bool:
    """It may be gone at any moment, also between two looks; one that waits for its parent to ask is gone."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
