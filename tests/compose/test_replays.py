"""Runs that repeat others. Tasks run in real workers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.authoring.discovery import discover
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.engine.request import RetryWish
from penstock.engine.view import RunView
from penstock.errors import DefinitionError, NotFound, ParameterError
from penstock.model import ids
from penstock.model.spec import to_json
from penstock.store import deletion, replays
from penstock.store.check import check
from penstock.store.database import open_database
from penstock.store.definitions import Found, record_definitions
from penstock.store.outputs import references
from tests.compose.test_claims import Desk
from tests.journeys.conftest import PATIENCE

FLOW = """
from penstock import Pipeline
flow = Pipeline("flow", params={"n": 2, "add": 1}, labels={"team": "data"})

@flow.task
def first(n):
    return list(range(n))

@flow.task(foreach={"x": "first"})
def each(x):
    return x * 10

@flow.task
def total(each, add):
    if add < 0:
        raise ValueError("too little")
    return sum(each) + add

@flow.task
def last(total):
    return -total
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("tests.compose.test_claims.FLOW", FLOW)
    made = Desk(tmp_path)
    yield made
    assert check(made.database) == []
    made.database.close()


def replay(
    desk: Desk, run: str, task: str | None = None, *, latest: bool = False, by: str | None = None, **params: Any
) -> str:
    with desk.database.write() as connection:
        wanted = replays.wanted(connection, ids.key_of(run), task, params, latest=latest)
        return replays.ask_for_replay(connection, wanted, time.time(), by)


#: What says when or by whom a row was written, and what its place is called.
_OWN = {
    "key", "id", "run_key", "owner", "worker", "log", "at", "since", "cpu_seconds", "peak_rss_bytes", "read_bytes",
    "written_bytes",
}  # fmt: skip


def rows_of(desk: Desk, run: str) -> dict[str, list[tuple[dict[str, Any], tuple[str, ...]]]]:
    """All that is on record of a run, table by table: its facts, and which of its times are known."""
    key, found = ids.key_of(run), {}
    with desk.database.read() as connection:
        for (table,) in connection.all("SELECT name FROM sqlite_schema WHERE type = 'table'"):
            names = [name for (name,) in connection.all("SELECT name FROM pragma_table_info(?)", (table,))]
            whose = "key" if table == "run" else "run_key"
            if whose not in names or table in ("command", "sample"):
                continue
            quoted = ", ".join(f'"{name}"' for name in names)
            rows = connection.all(f'SELECT {quoted} FROM "{table}" WHERE "{whose}" = ?', (key,))
            found[table] = [_told(table, dict(zip(names, row, strict=True))) for row in rows]
    # A run that is quick is not written in each of its states.
    for row, _ in (*found["run"], *found["task_run_row"]):
        del row["row_version"]
    return found


def _told(table: str, row: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    own = _OWN - {"key"} if table == "label" else _OWN
    facts = {name: value for name, value in row.items() if name not in own and not name.endswith("_at")}
    return facts, tuple(name for name, value in row.items() if name.endswith("_at") and value is not None)


def ran(document: dict[str, Any]) -> list[str]:
    return [task["name"] for task in document["tasks"] if task["attempts"]]


def values(desk: Desk, run: str) -> dict[str, Any]:
    with desk.database.read() as connection:
        found = references(connection, ids.key_of(run))
    return {name: json.loads(ref[1]) for name, ref in found.items() if isinstance(ref, list)}


def test_a_whole_run_is_repeated_with_its_params_and_linked_to_it(desk: Desk) -> None:
    run = desk.ask(params={"n": 3, "add": 5}, tags=["daily"])
    with desk.engine():
        desk.over(run)
        again = replay(desk, run, add=6)
        document = desk.over(again)
    assert (document["state"], document["type"], document["replay_of"]) == ("succeeded", "replay", run)
    assert (document["params"], document["labels"], document["tags"]) == (
        {"n": 3, "add": 6}, {"team": "data"}, ["daily"],
    )  # fmt: skip
    assert sorted(set(ran(document))) == ["each", "first", "last", "total"]
    assert values(desk, again) == {"first": [0, 1, 2], "total": 36, "last": -36}


def test_a_terminal_repeats_a_run_as_an_engine_does(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = iter(["old"] * 2)
    monkeypatch.setattr("penstock.compose.planner._facts", lambda _: {"git_commit": next(commits, "new")})
    asked: dict[str, Any] = {"labels": {"kind": "own"}, "tags": ["daily"], "facts": {"asked_for": "a day"}}
    slice_of: dict[str, Any] = {"selection": {"from": ["each"]}, "trigger": {"kind": "event", "name": "n"}}
    with desk.engine():
        whole = desk.ask(**asked, params={"n": 1})
        desk.over(whole)
        part = desk.ask(**asked, **slice_of)
        desk.over(part)
        wished = [(whole, RetryWish(by="ann")), (part, RetryWish("total", by="ann"))]
        by_engine = []
        for run, wish in wished:
            by_engine.append(replay(desk, run, wish.task, by=wish.by))
            desk.over(by_engine[-1])
    with LocalEngine(desk.home, Settings(workers=1)) as engine:
        handles = [engine.replay(ids.key_of(run), wish) for run, wish in wished]
        assert all(handle.wait(PATIENCE) for handle in handles)
    for theirs, ours in zip(by_engine, handles, strict=True):
        assert rows_of(desk, ours.id) == rows_of(desk, theirs)
        # As it is now where that is looked at, as it was told where it is not.
        assert desk.document(theirs)["facts"] == {"asked_for": "a day", "git_commit": "new"}


def test_from_a_task_on_the_rest_is_kept_by_reference(desk: Desk) -> None:
    run = desk.ask(params={"n": 3})
    with desk.engine():
        before = desk.over(run)
        again = replay(desk, run, "total", add=100)
        document = desk.over(again)
        third = replay(desk, again, "last")
        assert ran(desk.over(third)) == ["last"]
    assert (document["state"], ran(document), document["selection"]) == (
        "succeeded", ["total", "last"], {"replay_from": ["total"]},
    )  # fmt: skip
    told = {(task["name"], task["map_index"]): (task["state"], task["reason"]) for task in document["tasks"]}
    assert told["first", None] == told["each", 2] == ("succeeded", "cached")
    assert values(desk, again)["last"] == -130 == values(desk, third)["last"]
    assert (document["tasks_done"], document["tasks_total"]) == (before["tasks_done"], before["tasks_total"])


def test_what_had_not_finished_runs(desk: Desk) -> None:
    run = desk.ask(params={"add": -1})
    with desk.engine():
        assert desk.over(run)["state"] == "failed"
        document = desk.over(replay(desk, run, "last", add=1))
    assert (document["state"], ran(document)) == ("succeeded", ["total", "last"])


def test_on_the_latest_version_when_asked(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        desk.over(run)
        desk.file.write_text(FLOW.replace("return -total", "return total * 2").replace('"n": 2', '"n": 7'))
        (spec,) = discover(desk.file)
        found = Found(spec.namespace, spec.name, spec.version, json.dumps(to_json(spec)), "flow.py")
        with desk.database.write() as connection:
            record_definitions(connection, [found], [], time.time())
        document = desk.over(replay(desk, run, "last", latest=True))
    assert (document["version"], ran(document), document["params"]) == (spec.version, ["last"], {"n": 2, "add": 1})
    assert values(desk, document["id"])["last"] == 22


def test_a_replay_that_is_retried_keeps_what_it_kept(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        desk.over(run)
        again = replay(desk, run, "total", add=-1)
        assert desk.over(again)["state"] == "failed"
    with LocalEngine(desk.home, Settings(workers=1)) as engine:
        assert engine.retry(ids.key_of(again), RetryWish(params={"add": 2})).wait(PATIENCE)
        handle = engine.replay(ids.key_of(again), RetryWish("last"))
        assert handle.wait(PATIENCE)
    assert ran(desk.document(again)) == ["total", "last"]
    assert values(desk, again)["last"] == -12
    assert ran(desk.document(handle.id)) == ["last"]


def test_others_write_while_a_replay_is_planned_and_of_one_that_can_not_be_nothing_is_recorded(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.ask()
    with desk.engine():
        desk.over(run)
    key = ids.key_of(run)
    impatient = open_database(desk.home.database_url, patience=0.0)
    with LocalEngine(desk.home, Settings(workers=1)) as engine:
        plan = engine.planner.view

        def planned_while_it_is_deleted(*arguments: Any) -> RunView:
            view = plan(*arguments)
            with impatient.write() as connection:
                assert deletion.delete_runs(connection, [key], time.time(), "ann") == {key: None}
            return view

        with monkeypatch.context() as patch:
            patch.setattr(engine.planner, "view", planned_while_it_is_deleted)
            with pytest.raises(NotFound, match=f"run {run} was just deleted"):
                engine.replay(key, RetryWish("last"))
    impatient.close()
    with desk.database.read() as connection:
        assert connection.all("SELECT id FROM run") == []


def test_a_replay_that_can_not_be_planned_leaves_nothing(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        desk.over(run)
    desk.file.unlink()
    with LocalEngine(desk.home, Settings(workers=1)) as engine, pytest.raises(DefinitionError, match="not there any"):
        engine.replay(ids.key_of(run), RetryWish("last"))
    with desk.database.read() as connection:
        assert connection.all("SELECT id FROM run") == [(run,)]


def test_what_can_not_be_is_refused_before_anything_is_written(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        desk.over(run)
    with desk.database.read() as connection:
        with pytest.raises(NotFound, match="no task 'lst' to replay from; did you mean 'last'"):
            replays.wanted(connection, ids.key_of(run), "lst")
        with pytest.raises(ParameterError, match="no parameter 'm'"):
            replays.wanted(connection, ids.key_of(run), None, {"m": 1})
        with pytest.raises(ParameterError, match="'n' is read by task 'first' alone, and what that made is kept"):
            replays.wanted(connection, ids.key_of(run), "total", {"n": 5})
        assert replays.wanted(connection, ids.key_of(run), "total", {"n": 2}).params["n"] == 2  # as it was
        with pytest.raises(NotFound, match="there is no run"):
            replays.wanted(connection, 1)
