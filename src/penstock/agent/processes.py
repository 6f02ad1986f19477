"""What the kernel can do to keep processes together: Linux by prctl(2), elsewhere nothing."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15
_PR_SET_CHILD_SUBREAPER: Final = 36

_libc: Final = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def adopt_orphans() -> None:
    """Become the parent of every descendant that loses its own (PR_SET_CHILD_SUBREAPER)."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(signal_number: int) -> None:
    """Get this signal when the thread that forked this process ends (PR_SET_PDEATHSIG)."""
    _prctl(_PR_SET_PDEATHSIG, signal_number)


def set_name(name: str) -> None:
    """The name in `ps` and `top`; 15 bytes are kept."""
    _prctl(_PR_SET_NAME, ctypes.c_char_p(name.encode()))


def flush_c_streams() -> None:
    """Write what libraries in C hold back for their standard output (fflush(3) of all streams)."""
    if _libc is not None:
        _libc.fflush(None)


def _prctl(option: int, value: object) -> None:
    if _libc is not None:
        _libc.prctl(option, value, 0, 0, 0)
