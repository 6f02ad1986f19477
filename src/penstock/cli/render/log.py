"""A log line as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from penstock.cli.render import amounts
from penstock.cli.render.spans import clean, cut
from penstock.cli.render.states import Paint

_COLOURS: Final = {"debug": "dim", "warning": "yellow", "error": "red", "critical": "bold red"}
#: Escape sequences (ECMA-48: control sequences, and strings as titles and links are), and single controls but the tab.
_ESCAPES: Final = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b[PX^_\\]].*?(?:\x07|\x1b\\\\|$)|\x1b[@-_]|[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]",
    re.DOTALL,
)
_LINE_ENDS: Final = re.compile("\r?\n")
#: What further lines of a record begin with, so that they are not taken for lines of their own.
_BELOW: Final = "    "
_COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")


def log_line(line: dict[str, Any], paint: Paint) -> str:
    """`12:00:01.123 clean[JFK] #2 WARNING what was printed`, with its end. Further lines of a record stand below it."""
    at, name = amounts.clock(line["at"]), _name(line["task"], line["map_index"], line["label"], line["attempt"], paint)
    level = line["level"]
    word = f"{paint.dye(level.upper(), _COLOURS.get(level, ''))} " if level and level != "info" else ""
    return f"{paint.dye(at, 'dim')} {name} {word}{_lines(line['message'], paint)}\n"


def _lines(message: str, paint: Paint) -> str:
    if "\n" not in message:
        return safe(message, paint)
    return f"\n{_BELOW}".join(safe(each, paint) for each in _LINE_ENDS.split(message.rstrip("\r\n")))


@lru_cache(maxsize=1024)
def _name(task: str, map_index: int | None, label: str | None, attempt: int, paint: Paint) -> str:
    name = clean(task)
    if map_index is not None:
        name += f"[{map_index if label is None else cut(clean(label), 24, paint.mark)}]"
    if attempt > 1:
        name += f" #{attempt}"
    return paint.dye(name, "cyan")


def safe(message: str, paint: Paint) -> str:
    """A message as it was printed, without what moves the cursor or hides text; colours stay where there are any."""
    if not _ESCAPES.search(message):
        return message
    told = _ESCAPES.sub(lambda found: found[0] if paint.colour and _COLOUR.fullmatch(found[0]) else "", message)
    return f"{told}\x1b[0m" if "\x1b" in told else told


def as_document(lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Lines as the document of logs has them: times in UTC, without what is only for people."""
    for line in lines:
        del line["label"]
        line["at"] = amounts.utc(line["at"])
        yield line
