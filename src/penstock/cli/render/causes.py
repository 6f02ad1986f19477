"""Why a run failed: its failed tasks, the error of one with its source line."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from penstock.cli.render import amounts
from penstock.cli.render.source import excerpt, near
from penstock.cli.render.spans import Line, Span, clean, cut, fit, shown, wrap
from penstock.cli.render.states import Paint, word

Document = dict[str, Any]
#: Lines and characters of a message that are shown.
_LINES: Final = 12
_LONG: Final = 600


def failed(document: Document) -> list[Document]:
    """The failed tasks of a run, the one that its error is about first."""
    error = document["error"] or {}
    about = (error.get("task"), error.get("map_index"))
    tasks = [task for task in document["tasks"] if task["state"] == "failed"]
    # One that no attempt has brought down, such as an approval, has no other error than that of the run.
    tasks = [{**task, "error": error} if (task["name"], task["map_index"]) == about else task for task in tasks]
    return sorted(tasks, key=lambda task: (task["name"], task["map_index"]) != about)


def label(task: Document) -> str:
    """`clean`, and of a fan-out's item `clean[JFK]`."""
    if task["map_index"] is None:
        return clean(task["name"])
    return f"{clean(task['name'])}[{clean(str(task['map_index'] if task['label'] is None else task['label']))}]"


def error_of(task: Document) -> Document | None:
    """The error of a task's last attempt; of one without attempts what its run tells of it."""
    error: Document | None = task["attempts"][-1]["error"] if task["attempts"] else task.get("error")
    return error


def kind(error: Document) -> str:
    """The class of an error as people write it."""
    return clean(str(error.get("type") or "error").removeprefix("builtins."))


def in_short(error: Document) -> str:
    """An error in a line: its class, and what it says, if anything."""
    said = clean(str(error.get("message") or ""))
    return f"{kind(error)}: {said}" if said else kind(error)


def cause(task: Document, paint: Paint, width: int, folder: Path) -> list[Line]:
    """A failed task: what it raised, and where in the source."""
    attempts = len(task["attempts"])
    tries = f" after {attempts} attempts" if attempts > 1 else ""
    head = [Span(label(task), "bold"), Span(f" {word(task['state'], task['reason'])}{tries}", "red")]
    error = error_of(task)
    if error is None:
        return [head]
    first, *rest = _message(error, paint)
    lines = wrap([*head, Span(f": {kind(error)}: {first}" if first else f": {kind(error)}")], width)
    lines += [part for text in rest for part in wrap([Span(f"  {text}")], width)]
    return lines + place(error, paint, width, folder)


def _message(error: Document, paint: Paint) -> list[str]:
    texts = [cut(shown(text), _LONG, paint.mark) for text in str(error.get("message") or "").strip().splitlines()]
    return (texts[:_LINES] + ([paint.mark] if len(texts) > _LINES else [])) or [""]


def place(error: Document, paint: Paint, width: int, folder: Path) -> list[Line]:
    """Where an error was raised, with the lines around."""
    file, line = error.get("file"), error.get("line")
    if not file or not line:
        return []
    lines = [fit(each, width, paint.mark) for each in excerpt(file, line, paint)]
    return [[Span("  at "), Span(f"{clean(near(file, folder))}:{line}", "cyan")], *lines]


def others(tasks: list[Document], paint: Paint, most: int = 5) -> Line:
    """`also failed: a (timeout), b, and 3 more`."""
    told = [label(task) + (f" ({kind(error)})" if (error := error_of(task)) else "") for task in tasks[:most]]
    more = f", and {len(tasks) - most:,} more" if len(tasks) > most else ""
    return [Span("also failed: ", "bold"), Span(cut(", ".join(told), 400, paint.mark) + more)]


def run_error(document: Document, paint: Paint) -> Line:
    """The error of a run as a whole, for runs that no task brought down."""
    error, of = document["error"], kind(document["error"])
    return [Span(of, "red"), Span(cut(in_short(error).removeprefix(of), _LONG, paint.mark))]


def spent(document: Document) -> str:
    """A run's duration; empty when it did not begin."""
    return amounts.duration(document["duration"])
