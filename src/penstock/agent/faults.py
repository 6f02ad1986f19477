"""Named places where a test may let an agent, a template or a worker die.

PENSTOCK_FAULT is `name`, or `name:3` for the third time that a process comes by. Without it nothing happens.
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
