"""Two runs side by side."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from penstock.insights.compare import compare
from tests.cli.documents import attempt, document, output, task

Document = dict[str, Any]

RUNS = {"tasks_total": 2, "tags": []}
NAMES = st.sampled_from(["clean", "load", "model"])
VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.text("ab", max_size=2))


def metric(name: str, value: float) -> Document:
    return {"name": name, "value": value, "unit": "rows", "at": "2013-01-01T00:00:02.000000Z"}


def run(*tasks: Document, **facts: Any) -> Document:
    return document(*tasks, **(RUNS | facts))


@st.composite
def runs(draw: st.DrawFn) -> Document:
    names = draw(st.lists(NAMES, unique=True))
    states = st.sampled_from(["succeeded", "failed", "skipped"])
    tasks = [task(name, draw(states), outputs=[output("rows", rows=draw(st.integers(0, 9)))]) for name in names]
    return run(*tasks, params=draw(st.dictionaries(NAMES, VALUES)), labels=draw(st.dictionaries(NAMES, st.text("ab"))))


@given(runs())
def test_a_run_differs_in_nothing_from_itself(one: Document) -> None:
    found = compare(one, one, {}, {})
    assert all(entry["same"] for part in ("facts", "params", "labels", "metrics") for entry in found[part])
    assert all(entry["first"] == entry["second"] for part in ("tasks", "outputs") for entry in found[part])
    assert found["definition"]["same"]


@given(runs(), runs())
def test_everything_of_both_runs_is_there_once_and_swapping_them_swaps_the_sides(
    one: Document, other: Document
) -> None:
    found, swapped = compare(one, other), compare(other, one)
    names = [entry["task"] for entry in found["tasks"]]
    assert sorted(names) == sorted({each["name"] for each in (*one["tasks"], *other["tasks"])})
    assert {entry["name"] for entry in found["params"]} == {*one["params"], *other["params"]}
    sides = {entry["task"]: (entry["first"], entry["second"]) for entry in found["tasks"]}
    assert {entry["task"]: (entry["second"], entry["first"]) for entry in swapped["tasks"]} == sides


def test_a_param_that_is_true_is_not_the_same_as_one() -> None:
    (entry,) = compare(run(params={"full": True}), run(params={"full": 1}))["params"]
    assert entry == {"name": "full", "first": True, "second": 1, "same": False}


def test_a_task_is_told_by_its_last_attempt() -> None:
    tried = task("clean", attempts=[attempt(1, "failed", cpu_seconds=9.0), attempt(2, cpu_seconds=1.5)])
    (entry,) = compare(run(), run(tried))["tasks"]
    assert entry["first"] is None
    assert (entry["second"]["attempts"], entry["second"]["cpu_seconds"]) == (2, 1.5)


def item(index: int, label: str | None, seconds: float) -> Document:
    return task("day", map_index=index, label=label, duration=seconds)


def test_items_are_paired_by_label_whatever_their_number() -> None:
    found = compare(run(item(0, "EWR", 1.0), item(1, "JFK", 2.0)), run(item(0, "JFK", 3.0), item(1, "LGA", 4.0)))
    pairs = {
        entry["label"]: tuple(side and side["duration"] for side in (entry["first"], entry["second"]))
        for entry in found["tasks"]
    }
    assert pairs == {"JFK": (2.0, 3.0), "LGA": (None, 4.0), "EWR": (1.0, None)}
    (both,) = (entry for entry in found["tasks"] if entry["label"] == "JFK")
    assert (both["first"]["map_index"], both["second"]["map_index"]) == (1, 0)


def test_items_whose_labels_do_not_tell_them_apart_are_paired_by_number() -> None:
    found = compare(run(item(0, "x", 1.0), item(1, "x", 2.0)), run(item(0, "x", 3.0), item(1, "x", 4.0)))
    pairs = [(entry["first"]["duration"], entry["second"]["duration"]) for entry in found["tasks"]]
    assert pairs == [(1.0, 3.0), (2.0, 4.0)]


def test_tables_are_told_by_their_size_and_the_columns_that_changed() -> None:
    def table(rows: int, **columns: str) -> Document:
        named = [{"name": name, "type": kind} for name, kind in columns.items()]
        return task("clean", outputs=[output("rows", "table", rows, 10 * rows) | {"columns": named}])

    one, other = table(5, at="date", delay="int64"), table(7, at="date", delay="double", gate="string")
    (entry,) = compare(run(one), run(other))["outputs"]
    assert (entry["first"]["rows"], entry["second"]["bytes"]) == (5, 70)
    assert entry["columns"] == [
        {"name": "delay", "first": "int64", "second": "double", "same": False},
        {"name": "gate", "first": None, "second": "string", "same": False},
    ]


def test_figures_are_paired_by_task_and_name() -> None:
    one, other = task("fit", metrics=[metric("auc", 0.7)]), task("fit", metrics=[metric("auc", 0.8), metric("n", 3)])
    found = [(each["name"], each["first"], each["second"]) for each in compare(run(one), run(other))["metrics"]]
    assert found == [("auc", 0.7, 0.8), ("n", None, 3)]


def test_nothing_is_said_of_a_definition_that_is_gone() -> None:
    assert compare(run(), run(), {"tasks": {}}, None)["definition"] is None
