"""`penstock runs show` of tasks that wait, word for word."""

from __future__ import annotations

from typing import Any

import pytest

from penstock.cli.render.questions import held_up
from penstock.cli.render.spans import plain


def _wait(on: str, **facts: Any) -> dict[str, Any]:
    usual = {"on": on, "name": None, "need": 1, "held": 2, "most": 2, "by_runs": ["a"], "tasks": ["clean"], "count": 1}
    return {**usual, **facts}


@pytest.mark.parametrize(
    ("wait", "text"),
    [
        (_wait("workers"), "clean waits for a free worker: 2 of 2 busy with a"),
        (_wait("workers", need=2, held=1, by_runs=["me"]), "clean waits for 2 free workers: 1 of 2 busy with this run"),
        (_wait("gpus", held=1, most=None), "clean waits for 1 GPU: 1 in use by a"),
        (
            _wait("pool", name="db", most=None, by_runs=["me", "a"]),
            "clean waits for room in the pool db: 2 held by this run, a",
        ),
        (
            _wait("turn", name="load", tasks=["load"], count=7, by_runs=["me"]),
            "7 tasks (load) wait for other items to end: 2 run at a time",
        ),
        (_wait("workers", tasks=["a", "b"], count=2, by_runs=[]), "2 tasks (a, b) wait for a free worker: 2 of 2 busy"),
        (_wait("engine", by_runs=[]), "clean waits for an engine: the one that had the run is gone"),
    ],
)
def test_a_cause_is_a_line(wait: dict[str, Any], text: str) -> None:
    assert plain(held_up("me", [wait], 100)) == f"\n{text}"


def test_nothing_is_said_where_nothing_waits() -> None:
    assert held_up("me", [], 100) == []
