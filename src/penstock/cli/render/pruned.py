"""Runs that go, by pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from penstock.cli.render import amounts
from penstock.cli.render.spans import Line, clean
from penstock.cli.render.states import Paint
from penstock.cli.render.table import Column, table

if TYPE_CHECKING:
    from penstock.compose.retention import Going


def pruned(going: Sequence[Going], paint: Paint, width: int) -> list[Line]:
    """A line for each pipeline; none where nothing goes."""
    if not going:
        return []
    columns = [
        Column("pipeline", least=8), Column("namespace", least=6, drop=2), Column("runs", right=True),
        Column("size", right=True), Column("oldest", drop=1),
    ]  # fmt: skip
    rows = [
        [
            clean(one.pipeline),
            clean(one.namespace),
            f"{one.runs:,}",
            amounts.size(one.bytes),
            "" if one.oldest is None else amounts.moment(amounts.utc(one.oldest)),
        ]
        for one in going
    ]
    return table(columns, rows, paint, width)
