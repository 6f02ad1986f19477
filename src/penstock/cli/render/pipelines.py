"""The pipelines of a project as text."""

from __future__ import annotations

from typing import Any

from penstock.cli.render import amounts
from penstock.cli.render.spans import Line, Span, clean
from penstock.cli.render.states import LOOKS, Paint
from penstock.cli.render.table import Column, table
from penstock.model.spec import PipelineSpec

Document = dict[str, Any]


def listed(items: list[Document], broken: list[Document], paint: Paint, width: int) -> list[Line]:
    """What there is, and below it what can't be imported and why."""
    columns = [
        Column("pipeline"), Column("namespace", drop=2), Column("file", least=12), Column("tasks", right=True, drop=3),
        Column("description", least=20, drop=1),
    ]  # fmt: skip
    rows = [
        [
            Span(clean(one["name"]), "bold"),
            one["namespace"],
            clean(one["file"]),
            str(one["tasks"]),
            clean(one["description"]),
        ]
        for one in items
    ]
    lines = table(columns, rows, paint, width) if items else []
    for one in broken:
        where = f"{clean(one['file'])}:{one['line']}" if one["line"] else clean(one["file"])
        lines += [[], [_shape("failed", paint), Span(f" {where}", "bold"), Span(f" {clean(one['message'])}")]]
        if one["cure"]:
            lines.append([Span("  hint:", "cyan"), Span(f" {clean(one['cure'])}")])
    return lines[0 if items else 1 :]


def valid(spec: PipelineSpec, paint: Paint) -> Line:
    """`✓ examples/flights: 14 tasks, version 0123456789ab`."""
    name = f" {spec.namespace}/{spec.name}"
    facts = f": {amounts.plural(len(spec.tasks), 'task')}, version {spec.version}"
    return [_shape("succeeded", paint), Span(name, "bold"), Span(facts)]


def _shape(state: str, paint: Paint) -> Span:
    return Span(paint.glyph(state), LOOKS[state].colour)
