"""Named places where a test may let this process die: PENSTOCK_FAULT is `name`, or `name:3` for the third time.

In order: `artifact.writing` (the file aside is there, and empty), `artifact.written` (it is whole and on disk),
`artifact.renamed` (it has its final name, which may not be on disk yet).
"""

from __future__ import annotations

import os
import signal

_name, _, _number = os.environ.get("PENSTOCK_FAULT", "").partition(":")
_left = int(_number or 1) if _name else 0


def reach(place: str) -> None:
    """A place is reached."""
    global _left
    if _left and place == _name:
        _left -= 1
        if not _left:
            os.kill(os.getpid(), signal.SIGKILL)
