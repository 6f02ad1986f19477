"""Starts the template process: before all else, as it takes the longest to come up."""

from __future__ import annotations

import os
import socket
import sys
from typing import NamedTuple


class Seedling(NamedTuple):
    """A template that was started, and our end of the socket to it."""

    pid: int
    sock: socket.socket


def start() -> Seedling:
    """Start `python -m penstock.worker`. Raises OSError."""
    ours, theirs = socket.socketpair()
    os.set_inheritable(theirs.fileno(), True)
    # -P: the folder that we were started in is no place for our own imports.
    command = [sys.executable, "-P", "-m", "penstock.worker", str(theirs.fileno())]
    pid = os.posix_spawn(sys.executable, command, os.environ)
    theirs.close()
    return Seedling(pid, ours)
