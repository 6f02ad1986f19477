"""Code that a process can't load: where it is, what is wrong, and the cure. To start it again would not help."""

from __future__ import annotations

import sys
import traceback
from typing import Any, Final

from penstock.authoring.places import INSTALLED, OURS
from penstock.errors import PenstockError

_MACHINERY: Final = "<frozen importlib"


class CodeNotLoaded(PenstockError):
    """The code of this process can't be loaded."""

    code = "code_not_loaded"
    #: As for settings that are wrong.
    exit_code = 2


def not_loaded(error: Exception) -> CodeNotLoaded | None:
    """What is told of an error that came of importing something, whatever a module raised; None for all others."""
    place = _place(error)
    if place is None:
        return None
    file, line = place
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    kind = "syntax error" if isinstance(error, SyntaxError) else type(error).__name__
    return CodeNotLoaded(f"{file}:{line} can't be loaded: {kind}: {said}", cure=_cure(error, file))


def wrong(error: PenstockError) -> dict[str, Any]:
    """How a process of `penstock up` tells its parent what is wrong (compose.parent)."""
    return {"wrong": {"message": error.message, "cure": error.cure}}


def _place(error: Exception) -> tuple[str, int | None] | None:
    """The file that is wrong, or that wanted what is wrong, and its line."""
    if isinstance(error, SyntaxError):
        return error.filename or "?", error.lineno
    # The first frame is that of who asks: it may be a module that runs as a program.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)[1:] if _MACHINERY not in frame.filename]
    modules = [frame for frame in frames if frame.name == "<module>"]
    if not modules and not isinstance(error, ImportError):
        return None
    last = (modules or frames)[-1:]
    return (last[0].filename, last[0].lineno) if last else ("?", None)


def _cure(error: Exception, file: str) -> str:
    broken = getattr(error, "path", None) or file
    if broken.startswith(OURS) or any(folder in broken for folder in INSTALLED):
        return f"`{sys.executable} -m pip install --force-reinstall penstock` brings all that it needs"
    return "mend that file, or take its folder off Python's path (PYTHONPATH)"
