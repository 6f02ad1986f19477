"""A run document as text."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from penstock.cli.render import amounts, causes, outputs
from penstock.cli.render.spans import Line, Piece, Span, clean, cut, shown, wrap
from penstock.cli.render.states import Paint, counts
from penstock.cli.render.table import Column, table

Document = dict[str, Any]
#: A fan-out with more items is folded into one line, with the items that did not end well below it.
FOLD: Final = 10
#: Failed tasks that are told at length, and other things that are listed.
MOST: Final = 5
_LISTED: Final = 30


def overview(
    document: Document, order: Sequence[str], paint: Paint, width: int, folder: Path, *, whole: bool = False
) -> list[Line]:
    """Everything that matters of a run on a screen.

    `order`: names of tasks as the definition has them; items of a fan-out stand where their task does. `whole`: every
    item, attempt and figure.
    """
    places = {name: at for at, name in enumerate(order)}
    tasks = sorted(document["tasks"], key=lambda task: places.get(task["name"], len(places)))
    lines = [*_facts(document, paint, width), [], *_tasks(tasks, paint, width, whole=whole)]
    lines += _attempts(tasks, paint, width, whole=whole)
    lines += _metrics(tasks, paint, width, whole=whole)
    failed = causes.failed(document)
    for task in failed[: None if whole else MOST]:
        lines += [[], *causes.cause(task, paint, width, folder), *_traceback(task)]
    if len(failed) > MOST and not whole:
        lines += [[], *wrap(causes.others(failed[MOST:], paint), width)]
    return lines


def _facts(document: Document, paint: Paint, width: int) -> list[Line]:
    trigger = document["trigger"]
    repeats = f" of {document['replay_of']}" if document.get("replay_of") else ""
    facts: list[tuple[str, str | Span]] = [
        ("pipeline", clean(f"{document['namespace']}/{document['pipeline']}, version {document['version']}")),
        ("state", paint.state(document["state"], document["reason"])),
        ("created", amounts.moment(document["created_at"])),
        ("duration", amounts.duration(document["duration"])),
        ("idle", f"{amounts.duration(document['idle'])} before it was retried" if document["idle"] else ""),
        ("trigger", clean(" ".join(str(trigger[part]) for part in ("kind", "name") if trigger[part]))),
        ("type", "" if document["type"] == "standard" else document["type"] + repeats),
        ("params", ", ".join(f"{name}={json_text(value)}" for name, value in document["params"].items())),
        ("labels", ", ".join(f"{name}={value}" for name, value in document["labels"].items())),
        ("error", _error(document, paint)),
    ]
    lines: list[Line] = [[Span("run ", "bold"), Span(document["id"], "bold cyan")]]
    for name, value in facts:
        if value:
            span = value if isinstance(value, Span) else Span(cut(clean(value), max(20, width - 12), paint.mark))
            lines += wrap([Span(f"  {name:<8}  ", "dim"), span], width, 12)
    return lines


def json_text(value: object) -> str:
    """A value as people type it for a parameter: a text without quotes, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _error(document: Document, paint: Paint) -> Span | str:
    error = document["error"]
    if not error or document["state"] in ("succeeded", "skipped"):
        return ""
    task = f"{clean(error['task'])}: " if error.get("task") else ""
    return Span(cut(f"{task}{causes.in_short(error)}", 300, paint.mark), "red")


def _tasks(tasks: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    columns = [
        Column("task", least=12), Column("state"), Column("duration", right=True),
        Column("queued", right=True, drop=4), Column("tries", right=True, drop=2), Column("cpu", right=True, drop=5),
        Column("memory", right=True, drop=3), Column("outputs", least=12, drop=1),
    ]  # fmt: skip
    rows: list[list[Piece]] = []
    for _, each in itertools.groupby(tasks, key=lambda task: (task["name"], task["map_index"] is None)):
        items = list(each)
        if len(items) <= FOLD or whole:
            rows += [_row(task, paint) for task in items]
        else:
            rows.append(_folded(items, paint))
            bad = [task for task in items if task["state"] not in ("succeeded", "skipped")]
            rows += [_row(task, paint) for task in bad[:FOLD]]
    return table(columns, rows, paint, width)


def _row(task: Document, paint: Paint) -> list[Piece]:
    last = task["attempts"][-1] if task["attempts"] else {}
    return [
        causes.label(task),
        paint.state(task["state"], task["reason"]),
        amounts.duration(task["duration"]),
        amounts.duration(task["queued_for"]),
        str(len(task["attempts"]) or ""),
        amounts.duration(last.get("cpu_seconds")),
        amounts.size(last.get("peak_rss_bytes")),
        outputs.short(outputs.made([{**task, "map_index": None}])),
    ]


def _folded(items: list[Document], paint: Paint) -> list[Piece]:
    """A fan-out in a line: the sum of its tries and CPU, the most memory, the time from its first to its last item."""
    attempts = [attempt for task in items for attempt in task["attempts"]]
    states = {task["state"] for task in items}
    return [
        f"{clean(items[0]['name'])}[{len(items):,} items]",
        paint.state(states.pop()) if len(states) == 1 else counts(task["state"] for task in items),
        amounts.duration(_lasted(items)),
        "",
        f"{len(attempts):,}",
        amounts.duration(sum(attempt["cpu_seconds"] or 0.0 for attempt in attempts)),
        amounts.size(max((attempt["peak_rss_bytes"] or 0 for attempt in attempts), default=None)),
        outputs.short(outputs.made(items)),
    ]


def _lasted(items: list[Document]) -> float | None:
    """From the first start to the last end, in each generation by itself: between them nothing ran."""
    lives: dict[int, list[Document]] = {}
    for task in items:
        if task["started_at"] and task["ended_at"]:
            lives.setdefault(task["generation"], []).append(task)
    spans = [
        datetime.fromisoformat(max(task["ended_at"] for task in life))
        - datetime.fromisoformat(min(task["started_at"] for task in life))
        for life in lives.values()
    ]
    return sum(span.total_seconds() for span in spans) if spans else None


def _attempts(tasks: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    """The attempts of tasks that took several."""
    found = [(task, attempt) for task in tasks if len(task["attempts"]) > 1 for attempt in task["attempts"]]
    rows: list[list[Piece]] = []
    for task, attempt in found if whole else found[:_LISTED]:
        error = attempt["error"] or {}
        told = causes.in_short(error) if error else ""
        rows.append([
            causes.label(task), str(attempt["n"]), paint.state(attempt["state"], attempt["reason"]),
            amounts.duration(attempt["duration"]), cut(told, 300, paint.mark),
        ])  # fmt: skip
    columns = [
        Column("task", least=12), Column("attempt", right=True), Column("state"),
        Column("duration", right=True, drop=2),
        Column("error", least=20, drop=1),
    ]  # fmt: skip
    return _section("attempts", table(columns, rows, paint, width), len(found), len(rows)) if rows else []


def _metrics(tasks: list[Document], paint: Paint, width: int, *, whole: bool) -> list[Line]:
    found = [(task, metric) for task in tasks for metric in task["metrics"]]
    rows: list[list[Piece]] = [
        [causes.label(task), clean(metric["name"]), amounts.number(metric["value"]), clean(metric["unit"] or "")]
        for task, metric in (found if whole else found[:_LISTED])
    ]
    columns = [Column("task", least=12), Column("metric", least=12), Column("value", right=True), Column("unit")]
    return _section("metrics", table(columns, rows, paint, width), len(found), len(rows)) if rows else []


def _section(name: str, lines: list[Line], known: int, told: int) -> list[Line]:
    more: list[Line] = [[Span(f"and {known - told:,} more {name}: --all shows them", "dim")]] if known > told else []
    return [[], *lines, *more]


def _traceback(task: Document) -> Iterator[Line]:
    error = causes.error_of(task) or {}
    for text in str(error.get("traceback") or "").rstrip().splitlines():
        yield [Span(f"  {shown(text)}", "dim")]
