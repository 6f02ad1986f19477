"""A change as one plain line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.cli.render import amounts, causes
from penstock.cli.render.spans import Line, Span, clean, cut
from penstock.cli.render.states import Paint

if TYPE_CHECKING:
    from penstock.engine.observe import Notice, RunPicture


def first(picture: RunPicture) -> Line:
    """`12:00:01.100 run 0abc of flights: 17 tasks`."""
    what = f" run {picture.id} of {clean(picture.pipeline)}: {amounts.plural(picture.total, 'task')}"
    return [_at(picture.created_at), Span(what)]


def change(notice: Notice, paint: Paint) -> Line:
    """`12:00:01.123 clean ✓ succeeded 0.4 s`."""
    line = [_at(notice.at), Span(f" {_name(notice, paint)} "), paint.state(notice.state, notice.reason)]
    if notice.duration is not None:
        line.append(Span(f" {amounts.duration(notice.duration)}"))
    if notice.by is not None:
        line.append(Span(f" by {clean(notice.by)}"))
    if notice.retry_in is not None:
        line.append(Span(f", attempt {notice.n + 1} {amounts.ahead(notice.retry_in)}"))
    if notice.error and notice.task is not None:
        line.append(Span(f": {cut(causes.in_short(notice.error), 200, paint.mark)}"))
    return line


def question(asked: str | None) -> Line:
    """What follows the line of a task that asks a person."""
    return [Span(f": {clean(asked)}", "magenta")] if asked else []


def folded(task: str, at: float, done: int, total: int | None) -> Line:
    """`12:00:02.000 per_airport 412 of 1,000 items done`: stands for the changes of many items."""
    of = "" if total is None else f" of {total:,}"
    return [_at(at), Span(f" {clean(task)} "), Span(f"{done:,}{of} items done", "dim")]


def _at(at: float) -> Span:
    return Span(amounts.clock(at), "dim")


def _name(notice: Notice, paint: Paint) -> str:
    if notice.task is None:
        return "run"
    if notice.map_index is None:
        return clean(notice.task)
    label = str(notice.map_index) if notice.label is None else cut(clean(notice.label), 40, paint.mark)
    return f"{clean(notice.task)}[{label}]"
