"""What is said when a run is over: how it went, after a failure its cause, and where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.cli.render import causes, outputs
from penstock.cli.render.files import files
from penstock.cli.render.spans import Line, Span, clean, cut, shown, wrap
from penstock.cli.render.states import LOOKS, Paint, counts, word

Document = dict[str, Any]
#: Datasets that are listed.
_MOST: Final = 8
#: Lines of a log's end that are shown, where its last records have more.
_TAIL: Final = 10


class Extras(NamedTuple):
    """What the document does not hold.

    Where files lie (dataset, path), small values as JSON text by dataset, the last lines of the failed task's log, and
    the folder that paths are told from.
    """

    files: Sequence[tuple[str, Path]]
    values: Mapping[str, str]
    tail: Sequence[str]
    folder: Path


def summary(document: Document, extras: Extras, paint: Paint, width: int) -> list[Line]:
    """The end of `penstock run`."""
    lines = wrap(_headline(document, paint), width)
    failed = causes.failed(document)
    if failed:
        lines += [[], *causes.cause(failed[0], paint, width, extras.folder), *_tail(extras.tail, paint, width)]
        if failed[1:]:
            lines += wrap(causes.others(failed[1:], paint), width)
    elif document["error"]:
        lines += wrap(causes.run_error(document, paint), width)
    lines += [part for line in _warnings(document, paint) for part in wrap(line, width)]
    lines += _outputs(document, extras, paint, width)
    return [*lines, [], *_next_steps(document, failed, width)]


def _headline(document: Document, paint: Paint) -> Line:
    spent = causes.spent(document)
    return [
        paint.state(document["state"], document["reason"]),
        Span(f"  {clean(document['pipeline'])}", "bold"),
        Span(f"  {document['id']}", "cyan"),
        Span(f"  {f'in {spent}: ' if spent else ''}"),
        *counts(task["state"] for task in document["tasks"]),
        *_taken(document),
    ]


def _taken(document: Document) -> Line:
    """How many results are those of earlier runs."""
    count = sum(task["reason"] == "cached" for task in document["tasks"])
    return [Span(f", {count:,} of them cached", "dim")] if count else []


def _tail(texts: Sequence[str], paint: Paint, width: int) -> list[Line]:
    if not texts:
        return []
    head: Line = [Span("  last lines of its log", "dim")]
    # A record may have several lines; those of a long one don't push the rest off the screen.
    lines = [line for text in texts for line in text.splitlines()][-max(_TAIL, len(texts)) :]
    return [head, *([Span(f"    {cut(shown(line), max(20, width - 4), paint.mark)}")] for line in lines)]


def _warnings(document: Document, paint: Paint) -> list[Line]:
    lines: list[Line] = []
    for task in document["tasks"]:
        error = causes.error_of(task)
        if task["state"] == "warning" and error is not None and len(lines) < _MOST:
            told = cut(causes.in_short(error), 200, paint.mark)
            shape = Span(f"{paint.glyph('warning')} ", LOOKS["warning"].colour)
            reason = word("failed", task["reason"])
            lines.append([shape, Span(causes.label(task), "bold"), Span(f" {reason}, which is allowed: {told}")])
    return lines


def _outputs(document: Document, extras: Extras, paint: Paint, width: int) -> list[Line]:
    lines: list[Line] = []
    # Tasks that only do something return None; files have lines of their own.
    found = [
        one
        for one in outputs.made(document["tasks"])
        if one.kind != "file" and extras.values.get(one.dataset) != "null"
    ]
    if found and document["state"] in ("succeeded", "warning"):
        chosen = outputs.notable(document, found, _MOST)
        lines += [[], [Span("outputs", "bold")], *outputs.output_table(chosen, extras.values, paint, width)]
        if len(found) > _MOST:
            lines.append([Span(f"  and {len(found) - _MOST:,} more", "dim")])
    return [*lines, *files(extras.files, extras.folder)]


def _next_steps(document: Document, failed: list[Document], width: int) -> list[Line]:
    """The commands that lead on."""
    run = document["id"]
    steps = [(f"penstock runs show {run}", "tasks, attempts, outputs")]
    if failed:
        item = "" if failed[0]["map_index"] is None else f" --map-index {failed[0]['map_index']}"
        # A name holds letters, digits, `_`, `-` and `.` only, so that a shell takes it as it is.
        steps.insert(0, (f"penstock runs logs {run} --task {failed[0]['name']}{item}", "what it printed"))
        steps.append((f"penstock runs retry {run}", "go on, once it is mended"))
    else:
        steps.append((f"penstock runs logs {run}", "what the tasks printed"))
    widest = max(len(command) for command, _ in steps)
    told = widest + 4 + max(len(what) for _, what in steps) <= width
    return [
        [Span(f"  {command:<{widest}}", "cyan"), Span(f"  {what}" if told else "", "dim")] for command, what in steps
    ]
