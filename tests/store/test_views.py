"""The views that people query: what they show, and that the documentation says so."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from penstock.model import ids
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.views import view_statements
from penstock.store.write import apply
from tests.store import made

DOCS = Path(__file__).parents[2] / "docs" / "database.md"
VIEWS = ("pipeline_run", "task_run")


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return connection.all(query)


def write(database: Database, commit: Commit) -> None:
    with database.write() as connection:
        apply(connection, commit)


def at(database: Database, text: str) -> Any:
    """A time as a view of that database shows it."""
    return text if database.dialect == "sqlite" else datetime.fromisoformat(text).astimezone(UTC)


def test_a_run(database: Database) -> None:
    ended = made.run(state="failed", reason="user_error", ended_at=made.AT + 1_500_001, tags='["a"]', error="{}")
    write(database, Commit(new_runs=[ended, made.run(made.key_at(1), started_at=None)]))
    retried = made.run(made.key_at(2), ended_at=made.AT + 90_000_000, idle=86_500_000, generation=2)
    write(database, Commit(new_runs=[retried]))
    first, second, third = rows(database, "SELECT * FROM pipeline_run ORDER BY id")
    assert first == (
        ids.run_id(made.KEY), "default", "flights", "v1", "standard", "failed", "user_error",
        at(database, "2013-01-01T00:00:00.000000Z"), at(database, "2013-01-01T00:00:00.000000Z"),
        at(database, "2013-01-01T00:00:01.500001Z"), pytest.approx(1.500001), 1, 1, 0, '{"year": 2013}',
        '{"kind": "manual", "name": null}', '["a"]', "{}", 0.0,
    )  # fmt: skip
    assert second[7] == at(database, "2013-01-01T00:00:01.000000Z")
    assert second[8:11] == (None, None, None)
    assert (third[10], third[-1]) == (1.5, 86.5)


def test_a_task_run(database: Database) -> None:
    done = made.task_run(
        1, task="each", map_index=0, label="JFK", state="succeeded", queued_at=made.AT, started_at=made.AT + 250_000,
        ended_at=made.AT + 1_000_000, attempts=2,
    )  # fmt: skip
    write(database, Commit(new_runs=[made.run()], new_task_runs=[made.task_run(queued_at=None), done]))
    waiting, item = rows(database, "SELECT * FROM task_run ORDER BY task DESC")
    begin = at(database, "2013-01-01T00:00:00.000000Z")
    assert waiting == (
        ids.run_id(made.KEY), "default", "flights", "task0", "python", None, None, 1, "queued", None, begin,
        None, None, None, None, None, 0,
    )  # fmt: skip
    assert item == (
        ids.run_id(made.KEY), "default", "flights", "each", "python", 0, "JFK", 1, "succeeded", None, begin, begin,
        at(database, "2013-01-01T00:00:00.250000Z"), at(database, "2013-01-01T00:00:01.000000Z"),
        pytest.approx(0.75), pytest.approx(0.25), 2,
    )  # fmt: skip


def test_the_items_of_a_fan_out_stand_for_it(database: Database) -> None:
    tasks = [
        made.task_run(0, task="each", items=1), made.task_run(1, task="none", items=0),
        made.task_run(2, task="each", map_index=0),
    ]  # fmt: skip
    write(database, Commit(new_runs=[made.run()], new_task_runs=tasks))
    assert sorted(rows(database, "SELECT task, map_index FROM task_run"), key=str) == [("each", 0), ("none", None)]


def documented(view: str) -> list[str]:
    """The columns that the documentation lists for a view, in order."""
    section = DOCS.read_text(encoding="utf-8").split(f"## `{view}`")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_is_documented_in_its_order(database: Database, view: str) -> None:
    if database.dialect == "sqlite":
        known = rows(database, f"SELECT name FROM pragma_table_info('{view}') ORDER BY cid")
    else:
        known = rows(
            database,
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            f"AND table_name = '{view}' ORDER BY ordinal_position",
        )
    assert [row[0] for row in known] == documented(view)


def test_all_views_are_documented() -> None:
    assert tuple(view_statements("sqlite")) == tuple(view_statements("postgresql")) == VIEWS


@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_queries_of_the_documentation_run(database: Database, number: int) -> None:
    text = DOCS.read_text(encoding="utf-8")
    shell = re.search(r'"(SELECT .*?)"\n```', text, re.DOTALL)
    block = re.search(r"```sql\n(.*?)```", text, re.DOTALL)
    assert shell
    assert block
    queries = [shell[1], *(query for query in block[1].split(";") if query.strip())]
    assert len(queries) == 3
    write(database, Commit(new_runs=[made.run(state="succeeded", ended_at=made.AT + 1)]))
    rows(database, re.sub("--.*", "", queries[number]))
