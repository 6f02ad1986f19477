"""What is told of an exception that a user's file raised when it was imported: where, what, and the cure."""

from __future__ import annotations

import builtins
import inspect
import os
import re
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from penstock.authoring.param import Param
from penstock.authoring.pipeline import Pipeline
from penstock.authoring.retry import Retry
from penstock.model.nearest import nearest

#: Characters of a message that are told.
MESSAGE: Final = 10_000

_OURS: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_STANDARD: Final = os.path.dirname(os.__file__) + os.sep
_MISSING: Final = re.compile(r"cannot import name '([^']+)' from")
_UNEXPECTED: Final = re.compile(r"(Pipeline|Param|Retry)\.__init__\(\) got an unexpected keyword argument '([^']+)'")
_MADE: Final[dict[str, type]] = {"Pipeline": Pipeline, "Param": Param, "Retry": Retry}


def described(error: BaseException, file: Path) -> dict[str, Any]:
    """Facts of a DefinitionError: message, cure, file, line (from 1), and the traceback of the user's frames."""
    if isinstance(error, SyntaxError) and error.filename and os.path.isfile(error.filename):
        return {"message": f"syntax error: {error.msg}", "cure": None, "file": error.filename, "line": error.lineno}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_machinery(frame.filename)]
    own = [frame for frame in frames if not _is_library(frame.filename)] or frames
    place = {"file": own[-1].filename, "line": own[-1].lineno} if own else {"file": str(file), "line": None}
    said = "".join(traceback.format_exception_only(error)).strip()
    told = "".join([*traceback.format_list(own), said])
    try:
        cure = _cure(error, file, said)
    except Exception:  # of the user's `__dir__` and the like
        cure = None
    return {"message": f"importing this file raised {said}"[:MESSAGE], "cure": cure, **place, "traceback": told}


def _is_machinery(file: str) -> bool:
    return file.startswith((_OURS, "<frozen importlib", f"{_STANDARD}importlib{os.sep}"))


def _is_library(file: str) -> bool:
    return file.startswith((_STANDARD, "<")) or f"{os.sep}site-packages{os.sep}" in file


def _cure(error: BaseException, file: Path, said: str) -> str | None:
    if isinstance(error, SystemExit):
        return "importing a file must not end it: put what is for scripts under `if __name__ == '__main__':`"
    if isinstance(error, ModuleNotFoundError):
        close = nearest(error.name or "", [each.stem for each in file.parent.glob("*.py") if each != file])
        return _meant(close) or "install it, or run with the Python that has it"
    return _meant(_nearest_name(error, said))


def _meant(close: str | None) -> str | None:
    return None if close is None else f"did you mean '{close}'?"


def _nearest_name(error: BaseException, said: str) -> str | None:
    if isinstance(error, ImportError) and (missing := _MISSING.search(said)):
        return nearest(missing[1], dir(sys.modules.get(error.name or "")))
    if isinstance(error, AttributeError) and error.name is not None:
        return nearest(error.name, [name for name in dir(error.obj) if not name.startswith("_")])
    if isinstance(error, NameError) and error.name is not None:
        return nearest(error.name, _visible(error))
    if isinstance(error, TypeError) and (unexpected := _UNEXPECTED.search(said)):
        return nearest(unexpected[2], inspect.signature(_MADE[unexpected[1]]).parameters)
    return None


def _visible(error: BaseException) -> list[str]:
    """Names that the innermost frame could have meant."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    frame = last.tb_frame if last is not None else None
    return [*(frame.f_locals if frame else ()), *(frame.f_globals if frame else ()), *dir(builtins)]
