"""Words for how a process ended."""

from __future__ import annotations

import os
import signal


def describe(status: int) -> str:
    """A wait status as a sentence's end: "died of SIGSEGV", "exited with 3"."""
    if os.WIFSIGNALED(status):
        return f"died of {signal_name(os.WTERMSIG(status))}"
    return f"exited with {os.waitstatus_to_exitcode(status)}"


def signal_name(number: int) -> str:
    """SIGKILL for 9; the number itself where it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def oom_kills() -> int:
    """How often the kernel has killed for memory since boot (/proc/vmstat); 0 where that is not told."""
    try:
        with open("/proc/vmstat", "rb") as lines:
            for line in lines:
                if line.startswith(b"oom_kill "):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
