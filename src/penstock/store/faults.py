"""Named places where a test may let this process die."""

from __future__ import annotations

import os
import signal


def armed(environment: str = "PENSTOCK_FAULT") -> str | None:
    """The name of the fault that this process shall die at, if any."""
    return os.environ.get(environment)


def reach(name: str) -> None:
    """Die here, as by `kill -9`, when `name` is the fault that was asked for."""
    if armed() == name:
        os.kill(os.getpid(), signal.SIGKILL)
