"""Where in the user's file something was written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Place(NamedTuple):
    """A file and a line (from 1) of it; None where it is not known."""

    file: str | None
    line: int | None


def caller() -> Place:
    """The innermost line on the stack that is not Penstock's own."""
    frame = sys._getframe(1)
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_OURS):
            return Place(frame.f_code.co_filename, frame.f_lineno)
        if frame.f_back is None:
            break
        frame = frame.f_back
    return Place(None, None)


def of_function(function: Callable[..., Any]) -> Place:
    """Where a function was defined: its `def` line's decorator, as Python counts it."""
    code = getattr(function, "__code__", None)
    return Place(None, None) if code is None else Place(code.co_filename, code.co_firstlineno)
