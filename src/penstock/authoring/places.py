"""Where in the user's file something was written, and which files are not the user's."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple

#: Where Penstock's own files begin.
OURS: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
#: What stands in the path of a file that is installed, and of any that is a library's.
INSTALLED: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
LIBRARIES: Final = (*INSTALLED, os.path.dirname(os.__file__))


class Place(NamedTuple):
    """A file and a line (from 1) of it; None where it is not known."""

    file: str | None
    line: int | None


def caller() -> Place:
    """The innermost line on the stack that is not Penstock's own."""
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(OURS):
            return Place(frame.f_code.co_filename, frame.f_lineno)
        if frame.f_back is None:
            break
        frame = frame.f_back
    return Place(None, None)


def of_function(function: Callable[..., Any]) -> Place:
    """Where a function was defined: its `def` line's decorator, as Python counts it."""
    code = getattr(function, "__code__", None)
    return Place(None, None) if code is None else Place(code.co_filename, code.co_firstlineno)
