"""What is told of an exception: where the user's code failed, without our own frames."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from typing import Any, Final

from penstock.authoring.places import LIBRARIES, OURS

#: Characters of a message and of a traceback that are told.
MESSAGE: Final = 10_000
TRACEBACK: Final = 64_000
#: Characters of what a program wrote before it failed that are told, where the task has captured that.
WRITTEN: Final = 2_000

#: Exceptions of a group that are told by name.
_MEMBERS: Final = 5
_KEYBOARD: Final = "a task has no keyboard; run it in a terminal with --executor inline"

#: The attribute of an exception that holds what else is to be told of it, as JSON: `{"operation": "load", ...}`.
FACTS: Final = "penstock_facts"
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
        "message": _cut(_said(error), MESSAGE) + _written(error),
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
    return kind.__qualname__ if kind.__module__.startswith("penstock.") else name_of(kind)


def _said(error: BaseException) -> str:
    """What it says, its notes, and what the exceptions of a group say: its own text only counts those."""
    lines = [_in_our_words(error) or _text(error), *map(str, getattr(error, "__notes__", None) or ())]
    if isinstance(error, BaseExceptionGroup):
        members = list(_members(error))
        lines += [f"{told_as(type(each))}: {_said(each)}" for each in members[:_MEMBERS]]
        lines += [f"and {len(members) - _MEMBERS:,} more"] if len(members) > _MEMBERS else []
    return "\n".join(lines)


def _members(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    """The exceptions of a group that are no groups themselves."""
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _members(each)
        else:
            yield each


def _in_our_words(error: BaseException) -> str | None:
    """Of what says too little to people who do not know where tasks run: what it means, and the cure."""
    if isinstance(error, SystemExit):
        return f"the task called sys.exit({'' if error.code is None else repr(error.code)}); return instead"
    if sys.stdin is not None and sys.stdin.isatty():
        return None
    if type(error).__name__ == "BdbQuit":
        return f"breakpoint() had nobody to ask: {_KEYBOARD}"
    if isinstance(error, EOFError) and str(error) == "EOF when reading a line":  # of input()
        return f"input() had nobody to ask: {_KEYBOARD}, or take a parameter"
    return None


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
    if frames and frames[-1].filename.startswith(OURS):
        # What we raise is told where the user's code called us, whatever library lies between.
        while frames and (_is_ours(frames[-1].filename) or _is_library(frames[-1].filename)):
            frames.pop()
    told.stack = traceback.StackSummary.from_list([frame for frame in frames if not _is_ours(frame.filename)])
    for other in (told.__cause__, told.__context__, *(told.exceptions or ())):
        if other is not None:
            _hide_our_frames(other, seen)


def _is_ours(file: str) -> bool:
    return file.startswith((OURS, "<frozen ")) or f"{os.sep}importlib{os.sep}" in file


def _is_library(file: str) -> bool:
    return any(part in file for part in LIBRARIES) or file.endswith(_COMPILED)


def _where(told: traceback.TracebackException) -> tuple[str | None, int | None]:
    """File and line of the innermost frame that is not a library's; of the code itself, when it does not compile."""
    if isinstance(getattr(told, "filename", None), str) and told.lineno is not None:
        return told.filename, int(told.lineno)
    if told.exceptions:  # where the first of a group was raised, if it was raised at all before it was put into one
        place = _where(told.exceptions[0])
        if place[0] is not None:
            return place
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
