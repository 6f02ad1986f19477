"""A log line as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
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
_COLOUR: Final = re.compile("\x1b\\[[0-9;]*m")


def log_line(line: dict[str, Any], paint: Paint) -> str:
    """`12:00:01.123 clean[JFK] #2 WARNING what was printed`, with its end."""
    name = clean(line["task"])
    if line["map_index"] is not None:
        label = line["map_index"] if line["label"] is None else line["label"]
        name += f"[{cut(clean(str(label)), 24, paint.mark)}]"
    if line["attempt"] > 1:
        name += f" #{line['attempt']}"
    level = line["level"]
    word = f"{paint.dye(level.upper(), _COLOURS.get(level, ''))} " if level and level != "info" else ""
    at = paint.dye(amounts.clock(line["at"]), "dim")
    return f"{at} {paint.dye(name, 'cyan')} {word}{safe(line['message'], paint)}\n"


def safe(message: str, paint: Paint) -> str:
    """A message as it was printed, without what moves the cursor or hides text; colours stay where there are any."""
    if not _ESCAPES.search(message):
        return message
    told = _ESCAPES.sub(lambda found: found[0] if paint.colour and _COLOUR.fullmatch(found[0]) else "", message)
    return f"{told}\x1b[0m" if "\x1b" in told else told


def as_document(lines: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Lines as the document of logs has them: times in UTC, without what is only for people."""
    for line in lines:
        at = datetime.fromtimestamp(line["at"], UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        yield {**{name: value for name, value in line.items() if name != "label"}, "at": at}
