"""Lines of a spool and what they make of a run, without Kedro: order, loss, and what Kedro never says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.integrations.kedro import spool
from penstock.integrations.kedro.recorder import endings
from penstock.integrations.kedro.recorder.reading import Line, Reader
from penstock.integrations.kedro.recorder.tale import Tale
from penstock.integrations.kedro.sizes import columns_of, rows_of
from penstock.integrations.kedro.told import COVER, covered, covered_command, is_secret

T = 1_700_000_000.0


def node(name: str, reads: list[str], makes: list[str], *, generator: bool = False) -> dict[str, Any]:
    return {
        "name": name, "text": f"{name}: f([{';'.join(reads)}]) -> [{';'.join(makes)}]", "call": "shop:f",
        "inputs": [[f"x{place}", dataset] for place, dataset in enumerate(reads)], "outputs": makes, "tags": [],
        "namespace": None, "doc": "", "generator": generator,
    }  # fmt: skip


def tale_of(folder: Path, *nodes: dict[str, Any], runner: str = "SequentialRunner") -> Tale:
    makes = {dataset for one in nodes for dataset in one["outputs"]}
    free = {dataset for one in nodes for _, dataset in one["inputs"]} - makes
    head = {
        "id": "0000000000001", "key": 1, "at": T, "pid": 1, "pid_started": 1, "project": "/shop", "namespace": "shop",
        "pipeline": "p", "nodes": None, "selection": None, "facts": {"runner": runner},
        "drawn": {"nodes": list(nodes), "datasets": {name: {} for name in free}, "params": {}},
    }  # fmt: skip
    return Tale(head, folder, {}, 1 << 20)


def lines(*said: tuple[Any, ...], pid: int | None = None) -> list[Line]:
    """Lines a second apart: (kind, node, ...)."""
    return [Line(T + 1 + at, pid, str(kind), list(rest)) for at, (kind, *rest) in enumerate(said)]


def all_of(name: str, reads: str | None, makes: str) -> list[tuple[Any, ...]]:
    """What a node says that goes well."""
    load = [] if reads is None else [("load", name, reads, 0.0, 1), ("loaded", name, reads, "int", None)]
    return [
        *load, ("run", name, 0.5, 1), ("ran", name, 1.0, 2), ("save", name, makes, "int", None, None),
        ("saved", name, makes, None, None, None, 1.5, 2),
    ]  # fmt: skip


def states(tale: Tale) -> dict[str, str]:
    return {run.task.name: run.state for run in tale.view.by_place}


A, B, C = node("a", [], ["x"]), node("b", ["x"], ["y"]), node("c", ["z"], ["w"])
BOOM = {"type": "kedro.io.core.DatasetError", "message": "x: boom", "traceback": "…", "names": ["DatasetError"]}


def test_the_times_of_a_node_are_those_of_its_lines(tmp_path: Path) -> None:
    tale = tale_of(tmp_path, A, B)
    tale.take(lines(*all_of("a", None, "x"), *all_of("b", "x", "y")))
    endings.end_well(tale, T + 11)
    assert states(tale) == {"a": "succeeded", "b": "succeeded"}
    run = tale.view.by_place[1]
    assert (run.started_at, run.ended_at) == (T + 5, T + 10)
    metrics = {row.name: row.value for row in tale.out.metrics if row.seq == 1}
    assert metrics == {"load_seconds": 1.0, "function_seconds": 1.0, "save_seconds": 1.0}
    assert (tale.view.state, tale.view.ended_at) == ("succeeded", T + 11)


def test_what_belongs_to_nobody_is_passed_over(tmp_path: Path) -> None:
    tale = tale_of(tmp_path, A)
    tale.take(
        lines(("saved", "a", "x", None, None, None, 0, 0), ("run", "stranger", 0.0, 1), ("what", 1), ("ran", "a", 0, 0))
    )
    tale.take(lines(*all_of("a", None, "x"), ("run", "a", 0.0, 1)))
    endings.end_well(tale, T + 9)
    assert states(tale) == {"a": "succeeded"}


def test_a_generator_is_done_when_kedro_says_so_or_something_else_begins(tmp_path: Path) -> None:
    made = node("a", [], ["x"], generator=True)
    piece = [("save", "a", "x", "str", 2, None), ("saved", "a", "x", None, None, None, 1.0, 1)]
    begun = [("run", "a", 0.0, 1), ("ran", "a", 0.1, 1), *piece, *piece]
    tale = tale_of(tmp_path, made, B)
    tale.take(lines(*begun))
    assert states(tale)["a"] == "running"
    tale.take(lines(("load", "b", "x", 0.0, 1)))
    assert states(tale) == {"a": "succeeded", "b": "running"}
    assert tale.view.by_place[0].ended_at == T + 6
    (artifact,) = tale.out.artifacts
    assert artifact.rows == 4
    told = tale_of(tmp_path, made, B)
    told.take(lines(*begun, ("log", None, "info", "kedro.runner.sequential_runner", "Completed node: a")))
    assert states(told)["a"] == "succeeded"


def test_a_log_that_can_not_be_written_is_told_once(tmp_path: Path) -> None:
    blocked = tmp_path / "logs"
    blocked.write_text("a file stands where the folder of logs should be")
    tale = tale_of(blocked, A, B)
    spoken = [("print", "a", "stdout", ["one"]), ("print", "a", "stdout", ["two"])]
    load, *rest = all_of("a", None, "x")
    tale.take(lines(load, *spoken, *rest, *all_of("b", "x", "y")))
    endings.end_well(tale, T + 20)
    tale.close_logs()
    lost = [(event.seq, event.n, json.loads(event.data or "")) for event in tale.out.events if event.kind == "log_lost"]
    assert lost == [(0, 1, {"error": "Not a directory"})]
    assert states(tale) == {"a": "succeeded", "b": "succeeded"}


def test_the_error_of_a_load_goes_to_the_node_whose_dataset_it_names(tmp_path: Path) -> None:
    below, beside = node("d", ["y"], ["q"]), node("e", ["r"], ["s"])
    tale = tale_of(tmp_path, node("a", ["z"], ["v"]), B, below, beside, runner="ThreadRunner")
    tale.take(lines(("load", "a", "z", 0.0, 1), ("load", "b", "x", 0.0, 1)))
    endings.end_failed(tale, T + 5, BOOM)
    errors = {attempt.task_run.task.name: attempt.error or {} for attempt in tale.out.attempts}
    assert (errors["b"]["message"], errors["b"]["operation"], errors["b"]["dataset"]) == ("x: boom", "load", "x")
    assert "first error" in errors["a"]["message"]
    assert states(tale) == {"a": "failed", "b": "failed", "d": "upstream_failed", "e": "cancelled"}
    assert tale.view.state == "failed"
    assert tale.view.error is not None
    assert tale.view.error["task"] == "b"


def test_a_copy_of_an_error_from_another_process_is_not_a_second_one(tmp_path: Path) -> None:
    tale = tale_of(tmp_path, A, B)
    tale.take(lines(("run", "a", 0.0, 1), ("failed", "a", {**BOOM, "type": "ValueError"}, 0.0, 1), pid=7))
    endings.end_failed(tale, T + 5, BOOM)
    assert states(tale) == {"a": "failed", "b": "upstream_failed"}
    assert tale.view.error is not None
    assert tale.view.error["task"] == "a"


def test_what_is_asked_to_stop_never_succeeds(tmp_path: Path) -> None:
    for end in (endings.end_well, lambda tale, at: endings.end_failed(tale, at, BOOM)):
        tale = tale_of(tmp_path, A, B)
        tale.take(lines(*all_of("a", None, "x")))
        endings.begin_to_cancel(tale, T + 6)
        end(tale, T + 7)
        assert (tale.view.state, tale.view.reason) == ("cancelled", "user")
        assert states(tale) == {"a": "succeeded", "b": "cancelled"}


@given(cut=st.integers(0, 10), end=st.sampled_from(["well", "failed", "cancelled", "interrupted", "gone"]))
def test_whatever_was_said_every_end_settles_all(cut: int, end: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    tale = tale_of(Path("/nowhere"), A, B, C)
    tale.take(lines(*[*all_of("a", None, "x"), *all_of("b", "x", "y")][:cut]))
    {
        "well": lambda: endings.end_well(tale, T + 20),
        "failed": lambda: endings.end_failed(tale, T + 20, BOOM),
        "cancelled": lambda: endings.end_cancelled(tale, T + 20),
        "interrupted": lambda: endings.end_interrupted(tale, T + 20, endings.LEFT),
        "gone": lambda: endings.end_interrupted(tale, T + 20, endings.GONE),
    }[end]()
    assert tale.over
    assert not tale.running()
    done = {"succeeded", "failed", "skipped", "cancelled", "upstream_failed"}
    assert set(states(tale).values()) <= done
    assert tale.view.tasks_done == tale.view.tasks_total
    if cut >= 10 and end == "failed":
        assert states(tale)["b"] == "succeeded"


# --- the spool ---------------------------------------------------------------------------------------------


def test_lines_of_all_processes_come_in_the_order_of_time_and_once(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    main = spool.make(str(folder), {"id": "x"})
    child = spool.Spool(str(folder), "12.jsonl")
    main.write("a", 1.0)
    child.write("b", 0.5, "é\n")
    reader = Reader(folder)
    assert [(line.kind, line.pid, line.rest) for line in reader.lines()] == [("b", 12, ["é\n"]), ("a", None, [])]
    assert reader.lines() == []
    with open(folder / spool.MAIN, "a") as file:
        file.write('["c",2.0]\n["d",')
    assert [line.kind for line in reader.lines()] == ["c"]
    with open(folder / spool.MAIN, "a") as file:
        file.write("3.0]\nnonsense\n[]\n")
    assert [line.kind for line in reader.lines()] == ["d"]
    assert (folder.stat().st_mode & 0o777) == 0o700


def test_a_spool_tells_whether_there_was_a_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    spool.make(str(folder), {})
    reader = Reader(folder)
    assert not reader.was_interrupted()
    (folder / spool.SIGNALS).write_bytes(bytes([14, 2]))
    assert reader.was_interrupted()


# --- what is told ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["password", "db_password", "api_key", "API-KEY", "aws.secret", "token", "credentials"]
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)
    assert covered({"a": [{name: "hidden"}]}) == {"a": [{name: COVER}]}


@pytest.mark.parametrize("name", ["tokenizer", "keys", "secretary", "author", "passenger_capacity"])
def test_names_that_are_none(name: str) -> None:
    assert not is_secret(name)


def test_commands_are_told_without_secrets() -> None:
    words = ["kedro", "run", "--params=a=1,db.password:x y,b=2", "--tags", "one two"]
    assert covered_command(words) == "kedro run '--params=a=1,db.password:***,b=2' --tags 'one two'"


@pytest.mark.parametrize(
    ("data", "rows", "columns"),
    [
        (pd.DataFrame({"schema": [1, 2], "b": ["x", "y"]}), 2, (("schema", "int64"), ("b", "str"))),
        (pd.DataFrame(), 0, ()),
        (pl.DataFrame({"a": [1.0]}), 1, (("a", "Float64"),)),
        (pa.table({"a": [1, 2, 3]}), 3, (("a", "int64"),)),
        (pl.LazyFrame({"a": [1.0]}), None, None),
        (np.ones((2, 2)), None, None),
        ([1, 2], None, None),
    ],
)
def test_rows_and_columns(data: Any, rows: int | None, columns: Any) -> None:
    assert rows_of(data) == rows
    assert columns_of(data) == columns
    json.dumps(columns)
