"""What is told of an exception: where the user's code failed, without our own frames."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Any, Final

import penstock

#: Characters of a message and of a traceback that are told.
MESSAGE: Final = 10_000
TRACEBACK: Final = 64_000
#: Characters of what a program wrote before it failed that are told, where the task has captured that.
WRITTEN: Final = 2_000

#: The attribute of an exception that holds what else is to be told of it, as JSON: `{"operation": "load", ...}`.
FACTS: Final = "penstock_facts"
_OURS: Final = os.path.dirname(os.path.abspath(penstock.__file__)) + os.sep
_LIBRARIES: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}", os.path.dirname(os.__file__))
#: Sources of compiled code, which stand in tracebacks by a name within their library.
_COMPILED: Final = (".pyx", ".pxi")


def describe(error: BaseException) -> dict[str, Any]:
    """The `error` of an Ended report (ports.executor). Never raises, whatever the exception does."""
    told = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
    seen: set[int] = set()
    _hide_our_frames(told, seen)
    file, line = _where(told)
    return {
        "type": told_as(type(error)),
        "message": _cut(_text(error), MESSAGE) + _written(error),
        "traceback": _cut_middle("".join(told.format()), TRACEBACK),
        "names": [name_of(kind) for kind in type(error).__mro__ if kind is not object],
        "file": file,
        "line": line,
        **(getattr(error, FACTS, None) or {}),
    }


def refusal(message: str, *, type: str, file: str | None = None, line: int | None = None) -> dict[str, Any]:
    """The same for a failure that is no exception of the user's code; `type` names a class of penstock.errors."""
    names = [f"penstock.errors.{type}", "Exception", "BaseException"]
    return {"type": type, "message": message, "traceback": "", "names": names, "file": file, "line": line}


def name_of(kind: type) -> str:
    """`module.Class`, builtins bare."""
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def told_as(kind: type) -> str:
    """As people read it: what is Python's or ours by the class alone, what is of others with its module."""
    return kind.__qualname__ if kind.__module__ == "penstock.errors" else name_of(kind)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as worse:
        return f"<its message can't be made: {type(worse).__name__}>"


def _written(error: BaseException) -> str:
    """The end of what a program wrote whose output was captured: it is in no log, and says why the program failed."""
    # Who has not imported it can't have such an error; to import it takes longer than all of a worker's start.
    module = sys.modules.get("subprocess")
    if module is None or not isinstance(error, module.CalledProcessError | module.TimeoutExpired):
        return ""
    for written in (error.stderr, error.output):
        text = written.decode("utf-8", "replace") if isinstance(written, bytes) else written
        if isinstance(text, str) and text.strip():
            end = text.strip()
            return f"\n{end if len(end) <= WRITTEN else f'… {end[-WRITTEN:].strip()}'}"
    return ""


def _hide_our_frames(told: traceback.TracebackException, seen: set[int]) -> None:
    if id(told) in seen:
        return
    seen.add(id(told))
    frames = list(told.stack)
    if frames and frames[-1].filename.startswith(_OURS):
        # What we raise is told where the user's code called us, whatever library lies between.
        while frames and (_is_ours(frames[-1].filename) or _is_library(frames[-1].filename)):
            frames.pop()
    told.stack = traceback.StackSummary.from_list([frame for frame in frames if not _is_ours(frame.filename)])
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if other is not None:
            _hide_our_frames(other, seen)


def _is_ours(file: str) -> bool:
    return file.startswith((_OURS, "<frozen ")) or f"{os.sep}importlib{os.sep}" in file


def _is_library(file: str) -> bool:
    return any(part in file for part in _LIBRARIES) or file.endswith(_COMPILED)


def _where(told: traceback.TracebackException) -> tuple[str | None, int | None]:
    """File and line of the innermost frame that is not a library's; of the code itself, when it does not compile."""
    if isinstance(getattr(told, "filename", None), str) and told.lineno is not None:
        return told.filename, int(told.lineno)
    for frame in reversed(told.stack):
        if not _is_library(frame.filename):
            return frame.filename, frame.lineno
    last = told.stack[-1] if told.stack else None
    return (None, None) if last is None else (last.filename, last.lineno)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… [cut: {len(text) - most:,} characters more]"


def _cut_middle(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n… [cut: {len(text) - most:,} characters] …\n{text[-half:]}"
