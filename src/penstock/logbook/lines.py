"""The form of a log line, as `penstock.agent.logs` writes it: one JSON object a line, ASCII, its keys in one order.

A quote inside of a JSON text always follows a backslash. So `, "level": null, "logger": ` can't stand in a message, and
bytes can be counted and cut without parsing them.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

#: Lines without a level count as `none`.
LEVELS: Final = ("debug", "info", "warning", "error", "critical", "none")
#: How each level is written, and how it stands in a line.
WORDS: Final = tuple([b"null" if level == "none" else b'"%s"' % level.encode() for level in LEVELS])
MARKS: Final = tuple([b', "level": %s, "logger": ' % word for word in WORDS])

_KEYS: Final = {"at", "seq", "stream", "level", "logger", "message"}
_NUMBER: Final = (float, int)
_LEVEL: Final = b"(" + b"|".join(WORDS) + b")"
#: The time and the level at the begin of a line. Inside of a line it can't stand.
_HEAD: Final = re.compile(
    rb'{"at": (-?\d+(?:\.\d+)?), "seq": \d+, "stream": "(?:stdout|stderr|log)", "level": ' + _LEVEL + rb', "logger": '
)
_WHOLE_HEAD: Final = re.compile(
    rb'{"at": (-?\d+(?:\.\d+)?), "seq": (\d+), "stream": "(stdout|stderr|log)", "level": ' + _LEVEL + rb', "logger": '
)

#: What steers a terminal (ECMA-48): CSI; OSC with its end; DCS, SOS, PM, APC with their end; escapes of two characters;
#: an ESC alone; CSI of one character. The page takes out the same: what is searched is what is seen.
_SEQUENCE: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[ -/]*[0-Z\\^-~]|\x1b"
    r"|\x9b[0-?]*[ -/]*[@-~]"
)


def is_whole(line: bytes) -> bool:
    """Does a line begin as ours do?"""
    return _HEAD.match(line) is not None


def heads_of(data: bytes, lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    """The times and the levels of the lines that `data` was split into, as they stand there."""
    found: list[tuple[bytes, bytes]] = _HEAD.findall(data)
    # A writer may have been killed within a line, and another gone on behind it.
    return found if len(found) == len(lines) else [_torn_head(line) for line in lines]


def _torn_head(line: bytes) -> tuple[bytes, bytes]:
    if found := _HEAD.match(line):
        return found[1], found[2]
    at = re.match(rb'{"at": (-?\d+(?:\.\d+)?)', line)
    return (at[1] if at else b"0"), b"null"


def parse_all(lines: list[bytes]) -> list[tuple[dict[str, Any], bool]]:
    """`parse` of each. Many at once cost a third of what each alone does."""
    try:
        found = json.loads(f"[{b','.join(lines).decode('ascii')}]")
    except ValueError:
        found = []
    if len(found) == len(lines) and all(map(_is_line, found)):
        return [(line, True) for line in found]
    return [parse(line) for line in lines]


def parse(line: bytes) -> tuple[dict[str, Any], bool]:
    """A line as a dict with `at`, `seq`, `stream`, `level`, `logger`, `message`; and whether it was whole.

    Of a damaged one the message is all that is left.
    """
    try:
        found = json.loads(line)
        if _is_line(found):
            return found, True
    except ValueError:
        pass
    head = _WHOLE_HEAD.match(line)
    at, level = _torn_head(line)
    left = {
        "at": float(at),
        "seq": int(head[2]) if head else 0,
        "stream": head[3].decode() if head else "stdout",
        "level": None if level == b"null" else level[1:-1].decode(),
        "logger": None,
        "message": line[head.end() if head else 0 :].decode("ascii", "backslashreplace"),
    }
    return left, False


def _is_line(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and found.keys() == _KEYS
        and type(found["at"]) in _NUMBER
        and isinstance(found["message"], str)
    )


def strip(text: str) -> str:
    """A text without what steers terminals."""
    return _SEQUENCE.sub("", text) if "\x1b" in text or "\x9b" in text else text
