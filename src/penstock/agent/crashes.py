"""Where a worker crashed: Python's faulthandler writes its stack into the log of the attempt, innermost call first."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import Any, Final

from penstock.authoring.places import LIBRARIES, OURS

#: Signals at which faulthandler writes (Python's documentation of it).
SIGNALS: Final = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})
#: With what its report begins.
BEGIN: Final = "Fatal Python error: "
_CALL: Final = re.compile(r'  File "(.+)", line (\d+) in (.+)')
#: Bytes at the end of a log that are read: faulthandler writes a hundred calls at most.
_END: Final = 64 * 1024


def found_in(log: str) -> dict[str, Any]:
    """`file`, `line` and `traceback` of the crash that a log ends with, as an error has them; {} without one."""
    told = _last_lines(log)
    begin = max((at for at, line in enumerate(told) if line.startswith(BEGIN)), default=None)
    if begin is None:
        return {}
    calls = []
    for call in filter(None, map(_CALL.fullmatch, told[begin:])):
        if call[1].startswith(OURS):
            break
        calls.append((call[1], int(call[2]), call[3]))
    if not calls:
        return {}
    own = [call for call in calls if not any(part in call[0] for part in LIBRARIES)]
    file, line, _ = (own or calls)[0]
    stack = "".join(f'  File "{file}", line {line}, in {name}\n' for file, line, name in reversed(calls))
    return {"file": file, "line": line, "traceback": f"Traceback (most recent call last):\n{stack}{told[begin]}\n"}


def _last_lines(log: str) -> list[str]:
    """What was written to standard error last."""
    try:
        with open(log, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _END))
            lines = file.read().split(b"\n")
    except OSError:
        return []
    told = []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue  # half a line, or the end
        if record["stream"] == "stderr":
            told.append(record["message"])
    return told
