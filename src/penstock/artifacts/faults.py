"""Named places where a test may crash the process. Does nothing, unless PENSTOCK_FAULT names one."""

from __future__ import annotations

import os
import signal


def reach(name: str) -> None:
    """A place is reached; `PENSTOCK_FAULT=artifact.sealed` kills the process there."""
    if os.environ.get("PENSTOCK_FAULT") == f"artifact.{name}":
        os.kill(os.getpid(), signal.SIGKILL)
