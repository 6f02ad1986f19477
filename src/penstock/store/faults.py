"""Named places where a test may let this process die: PENSTOCK_FAULT is `name`, or `name:3` for the third time."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Final

VARIABLE: Final = "PENSTOCK_FAULT"


def from_environment() -> Callable[[str], None] | None:
    """What to call at each place, or None when no fault is asked for: then nothing is called at all."""
    asked = os.environ.get(VARIABLE)
    if not asked:
        return None
    name, _, number = asked.partition(":")
    left = int(number or 1)

    def reach(place: str) -> None:
        nonlocal left
        if place == name:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach
