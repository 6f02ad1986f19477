"""A list of runs as a table."""

from __future__ import annotations

from typing import Any

from penstock.cli.render import amounts, causes
from penstock.cli.render.run import json_text
from penstock.cli.render.spans import Line, Piece, Span, clean, cut, wrap
from penstock.cli.render.states import Paint
from penstock.cli.render.table import Column, table

Document = dict[str, Any]


def listed(items: list[Document], paint: Paint, width: int, now: float) -> list[Line]:
    """A list of runs."""
    columns = [
        Column("run"), Column("pipeline", least=8), Column("type", drop=4), Column("state"),
        Column("created", drop=3), Column("", drop=1),
        Column("duration", right=True, drop=2), Column("tasks", right=True, drop=5), Column("trigger", least=6, drop=6),
        Column("params", least=12, drop=7), Column("error", least=16, drop=4),
    ]  # fmt: skip
    return table(columns, [_row(run, paint, now) for run in items], paint, width)


def asked(run: str, outcome: str, state: str | None, detail: str | None, paint: Paint, width: int) -> list[Line]:
    """`38fx0bnh17zzn ◌ cancelling`, and what to know where that was not to be. `state` None: it is deleted."""
    more = {
        "applied": f", {clean(detail)}" if detail else "",
        "refused": f", refused: {clean(detail or '')}",
        "waiting": ", asked: its engine did not answer yet",
    }
    is_ = Span("deleted") if state is None else paint.state(state, None)
    return wrap([Span(run, "cyan"), Span(" "), is_, Span(more.get(outcome, ""))], width)


def nobody(text: str, why: str, width: int) -> list[Line]:
    """`38fx refused: there is no run '38fx'`: of several that were named, one that is not there."""
    return wrap([Span(clean(text), "cyan"), Span(f" refused: {clean(why)}")], width)


def deleted(run: str, refused: str | None, width: int) -> list[Line]:
    """`38fx0bnh17zzn deleted`, or why it stays."""
    if refused is None:
        return [[Span(run, "cyan"), Span(" deleted")]]
    return wrap([Span(run, "cyan"), Span(" stays", "yellow"), Span(f": {clean(refused)}")], width)


def told(run: str, state: str, what: str, paint: Paint, width: int) -> list[Line]:
    """`38fx0bnh17zzn ● running, retried`: what became of a wish for a run."""
    return wrap([Span(run, "cyan"), Span(" "), paint.state(state, None), Span(f", {clean(what)}")], width)


def _row(run: Document, paint: Paint, now: float) -> list[Piece]:
    error = run["error"] or {}
    about = f"{clean(error['task'])}: " if error.get("task") else ""
    trigger = run["trigger"]
    params = ", ".join(f"{name}={json_text(value)}" for name, value in run["params"].items())
    done = Span(f"{run['tasks_done']}/{run['tasks_total']}", "" if run["tasks_done"] else "dim")
    return [
        Span(run["id"], "cyan"),
        clean(run["pipeline"]),
        "" if run["type"] == "standard" else clean(run["type"]),
        paint.state(run["state"], run["reason"]),
        amounts.moment(run["created_at"]),
        amounts.ago(run["created_at"], now),
        amounts.duration(run["duration"]),
        done,
        clean(trigger["name"] or trigger["kind"]),
        Span(cut(clean(params), 60, paint.mark), "dim"),
        cut(f"{about}{causes.in_short(error)}", 200, paint.mark) if error else "",
    ]
