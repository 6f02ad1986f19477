"""The recorder's process is begun."""

from __future__ import annotations

import os
import sys
from typing import Final

from penstock.integrations.kedro import spool

#: It belongs to a room above this one, so it is named and not imported.
RECORDER: Final = "penstock.compose.kedro_recorder"


def start_recorder(folder: str) -> int:
    """Begin the process that reads a spool, in a session of its own, so that Ctrl-C does not reach it; its number.

    It speaks to nobody: what it has to say goes into the spool. Raises OSError.
    """
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", "-m", RECORDER, folder],
        {name: value for name, value in os.environ.items() if name != spool.VARIABLE},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, f"{folder}/{spool.TROUBLE}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
        ],
        setsid=True,
    )
