"""Where a run rests, in lines: the task that is next, and what it will read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from penstock.cli.render import amounts
from penstock.cli.render.spans import Line, Span, clean, cut, shown
from penstock.cli.render.states import Paint
from penstock.cli.render.table import Column, table
from penstock.model.artifact import Artifact

if TYPE_CHECKING:
    from penstock.artifacts import ArtifactStore
    from penstock.engine.observe import Resting
    from penstock.ports.executor import Ref

#: Rows of a table, and lines of a text, that are shown.
ROWS: Final = 10
LINES: Final = 40
#: Results of a fan-out that are shown.
_ITEMS: Final = 5


def summary(resting: Resting) -> list[Line]:
    """`rests before clean[JFK]  flow.py:12`, and what can be typed."""
    task = resting.task
    item = "" if resting.map_index is None else f"[{clean(resting.label or str(resting.map_index))}]"
    where = f"  {clean(task.file)}:{task.line}" if task.file and task.line else ""
    keys = "c continue, n next, i NAME input, p NAME=VALUE param, q quit"
    return [
        [Span("rests before "), Span(f"{clean(task.name)}{item}", "bold"), Span(where, "dim")],
        [Span(keys, "dim")],
    ]


def inputs(resting: Resting, paint: Paint, width: int) -> list[Line]:
    """The arguments of the task, where each comes from, and what it is."""
    rows: list[list[str]] = []
    for argument, source in resting.task.inputs.items():
        ref = resting.inputs.get(argument)
        rows.append([f"  {clean(argument)}", clean(f"{source.kind} {source.name}"), cut(told(ref), 100, paint.mark)])
    return table([Column("  input"), Column("from"), Column("value", least=12)], rows, paint, width) if rows else []


def told(ref: Ref) -> str:
    """A value in a few words."""
    if ref is None:
        return "missing"
    if isinstance(ref, list):
        return _artifact(Artifact.from_list(ref))
    if "json" in ref:
        return _json(ref["json"])
    if "list" in ref:
        return f"{amounts.plural(len(ref['list']), 'result')} of a fan-out"
    return f"item {ref['at']} of {told(ref['item'])}"


def _artifact(artifact: Artifact) -> str:
    if artifact.kind == "json" and artifact.inline is not None:
        return clean(artifact.inline)
    rows = [] if artifact.rows is None else [amounts.plural(artifact.rows, "row")]
    size = [] if artifact.bytes is None else [amounts.size(artifact.bytes)]
    return ", ".join([clean(artifact.python_type or artifact.kind), *rows, *size])


def _json(value: Any) -> str:
    return clean(json.dumps(value, ensure_ascii=False, default=str))


def value(store: ArtifactStore, ref: Ref, paint: Paint, width: int) -> list[Line]:
    """A value as far as it can be shown without loading it. Raises ArtifactError."""
    if isinstance(ref, list):
        return _preview(store, Artifact.from_list(ref), 0, ROWS, paint, width)
    if ref is None or "json" in ref:
        text = "missing" if ref is None else json.dumps(ref["json"], ensure_ascii=False, indent=2, default=str)
        return [[Span(shown(line))] for line in text.splitlines()[:LINES]]
    if "list" in ref:
        lines: list[Line] = []
        for at, each in enumerate(ref["list"][:_ITEMS]):
            lines += [[Span(f"{at}:", "dim")], *value(store, each, paint, width)]
        more = len(ref["list"]) - _ITEMS
        return [*lines, [Span(f"and {more:,} more", "dim")]] if more > 0 else lines
    inner = ref["item"]
    if isinstance(inner, list) and (artifact := Artifact.from_list(inner)).rows is not None:
        return _preview(store, artifact, ref["at"], 1, paint, width)
    return [[Span(f"item {ref['at']} of", "dim")], *value(store, inner, paint, width)]


def _preview(store: ArtifactStore, artifact: Artifact, offset: int, limit: int, paint: Paint, width: int) -> list[Line]:
    if artifact.kind == "dataset":
        return [[Span(_json(json.loads(artifact.inline or "{}")))]]
    found = store.preview(artifact, offset, limit)
    if found.columns is None or found.rows is None:
        return [[Span(shown(line))] for line in (found.text or _artifact(artifact)).splitlines()[:LINES]]
    heads = [Column(clean(name), least=6, drop=at) for at, (name, _) in enumerate(found.columns)]
    rows = [["" if cell is None else clean(str(cell)) for cell in row] for row in found.rows]
    total = artifact.rows if found.total is None else found.total
    more = [] if total is None or total <= len(rows) else [[Span(f"{amounts.plural(total, 'row')} in all", "dim")]]
    return [*table(heads, rows, paint, width), *more]
