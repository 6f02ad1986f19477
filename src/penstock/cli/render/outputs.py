"""What a run made, in lines: datasets with kind, rows and size; those of a fan-out's items folded into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from penstock.cli.render import amounts
from penstock.cli.render.spans import Line, Piece, Span, clean, cut
from penstock.cli.render.states import Paint
from penstock.cli.render.table import Column, table

Document = dict[str, Any]


class Made(NamedTuple):
    """A dataset of a run. `items`: how many values of a fan-out it stands for, None for one plain value."""

    dataset: str
    kind: str
    items: int | None
    rows: int | None
    bytes: int | None


def made(tasks: Iterable[Document]) -> list[Made]:
    """The datasets of tasks, in their order."""
    found: dict[str, Made] = {}
    for task in tasks:
        for output in task["outputs"]:
            items = None if task["map_index"] is None else 1
            one = Made(output["dataset"], output["kind"], items, output["rows"], output["bytes"])
            before = found.get(one.dataset)
            # A later attempt of the same task takes the place of an earlier one; items of a fan-out add up.
            found[one.dataset] = one if before is None or items is None else _sum(before, one)
    return list(found.values())


def _sum(one: Made, two: Made) -> Made:
    rows = None if one.rows is None or two.rows is None else one.rows + two.rows
    size = None if one.bytes is None or two.bytes is None else one.bytes + two.bytes
    kind = one.kind if one.kind == two.kind else "mixed"
    return Made(one.dataset, kind, (one.items or 0) + (two.items or 0), rows, size)


def short(found: Iterable[Made]) -> str:
    """`joined (arrow, 336,776 rows, 53 MB); …` in a line."""
    return "; ".join(f"{clean(one.dataset)} ({', '.join(_facts(one))})" for one in found)


def _facts(one: Made) -> list[str]:
    count = "" if one.items is None else f"{one.items:,} "
    rows = [] if one.rows is None else [amounts.plural(one.rows, "row")]
    size = [] if one.bytes is None else [amounts.size(one.bytes)]
    return [count + one.kind, *rows, *size]


def notable(document: Document, found: list[Made], most: int) -> list[Made]:
    """At most so many datasets, in their order: what no task reads, for that the run was made, then what came last."""
    read = {name for task in document["tasks"] for name in task["inputs"]}
    places = sorted(range(len(found)), key=lambda at: (found[at].dataset in read, -at))
    return [found[at] for at in sorted(places[:most])]


def output_table(found: Sequence[Made], values: Mapping[str, str], paint: Paint, width: int) -> list[Line]:
    """Datasets with their figures; of small plain ones the value (JSON text by dataset)."""
    columns = [
        Column("dataset", least=12), Column("kind"), Column("items", right=True), Column("rows", right=True),
        Column("size", right=True), Column("value", least=12, drop=1),
    ]  # fmt: skip
    rows: list[list[Piece]] = [
        [
            cut(clean(one.dataset), 40, paint.mark),
            one.kind,
            "" if one.items is None else f"{one.items:,}",
            "" if one.rows is None else f"{one.rows:,}",
            "" if one.bytes is None else amounts.size(one.bytes),
            cut(clean(values.get(one.dataset, "")), 60, paint.mark),
        ]
        for one in found
    ]
    return [[Span("  "), *line] for line in table(columns, rows, paint, width - 2)]
