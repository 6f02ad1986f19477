"""The table of all that Kedro can do with a run: runners, ways to end, and parts of pipelines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.kedro.oldest import without_pandas
from tests.integrations.kedro.projects.made import make_project
from tests.integrations.kedro.recorded import Recorded, states, task

pytestmark = pytest.mark.beside

SEQUENTIAL: dict[str, Any] = {"runner": "SequentialRunner"}
ASYNC: dict[str, Any] = {"runner": "SequentialRunner", "async": True}
THREAD: dict[str, Any] = {"runner": "ThreadRunner"}
PARALLEL: dict[str, Any] = {"runner": "ParallelRunner"}
WELL = ("succeeded", None)
BAD = ("failed", "user_error")
BELOW = ("upstream_failed", None)
SLICE = ("skipped", "slice")
CACHED = ("skipped", "cached")
#: Pipelines of the project `failing`: what becomes of `fail`, what is raised, and in which operation on which dataset.
ENDS: dict[str, tuple[str | None, str | None, str | None]] = {
    "__default__": (None, None, None),
    "function": ("ZeroDivisionError", None, None),
    "load": ("DatasetError", "load", "absent"),
    "save": ("DatasetError", "save", "unwritable"),
}
#: Ways to run: how processes are begun (None: as Kedro does it), and the runner.
WAYS: list[tuple[str | None, dict[str, Any]]] = [
    (None, SEQUENTIAL), (None, ASYNC), (None, THREAD), ("fork", PARALLEL), ("spawn", PARALLEL),
]  # fmt: skip


@pytest.fixture(scope="module", params=[None, "spawn"], ids=["fork", "spawn"])
def ended(
    request: pytest.FixtureRequest, kedro_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Recorded, dict[Any, dict[str, Any]]]:
    """All pipelines of `failing` by all runners, in one process; their documents by (way, pipeline)."""
    context: str | None = request.param
    made = make_project("failing", tmp_path_factory.mktemp("matrix"))
    if kedro_python != Path(sys.executable):
        without_pandas(made)
    recorded = Recorded(made, kedro_python, **({"KEDRO_MP_CONTEXT": context} if context else {}))
    ways = [way for began, way in WAYS if (began == "spawn") == (context == "spawn")]
    cases = [{**way, "pipeline": name} for way in ways for name in ENDS]
    raised = recorded.drives(*cases)
    assert raised == [ENDS[case["pipeline"]][0] for case in cases]
    runs = recorded.runs()
    assert len(runs) == len(cases)
    return recorded, {(str(case["runner"]), bool(case.get("async")), case["pipeline"]): run
                     for case, run in zip(cases, runs, strict=True)}  # fmt: skip


def test_every_way_to_run_ends_as_it_did(ended: tuple[Recorded, dict[Any, dict[str, Any]]]) -> None:
    recorded, runs = ended
    for (runner, is_async, pipeline), run in runs.items():
        raised, operation, dataset = ENDS[pipeline]
        where = (runner, is_async, pipeline)
        good = {"begin": WELL, "add": WELL}
        assert states(run) == (good if raised is None else {**good, "fail": BAD, "after": BELOW}), where
        assert (run["state"], run["reason"]) == (WELL if raised is None else BAD), where
        assert run["pipeline"] == pipeline
        assert run["facts"]["runner"] == runner
        assert run["selection"] is None
        if raised is None:
            assert run["error"] is None
            continue
        error = recorded.errors(run)["fail"]
        assert error["type"].endswith(raised), where
        assert error["traceback"]
        assert (error.get("operation"), error.get("dataset")) == (operation, dataset), where
        failed = recorded.events(run, "dataset_failed")
        assert [(one["task"], one["data"]) for one in failed] == (
            [("fail", {"dataset": dataset, "operation": operation})] if operation else []
        ), where
        assert run["error"]["task"] == "fail"
        assert (run["error"]["operation"], run["error"]["dataset"]) == (operation, dataset), where


def test_every_load_and_save_is_told_once(ended: tuple[Recorded, dict[Any, dict[str, Any]]]) -> None:
    recorded, runs = ended
    for where, run in runs.items():
        done = {(one["kind"], one["task"], one["data"]["dataset"])
                for one in recorded.events(run, "dataset_loaded", "dataset_saved")}  # fmt: skip
        expected = {
            ("dataset_saved", "begin", "one"),
            ("dataset_loaded", "add", "one"),
            ("dataset_saved", "add", "two"),
        }
        if where[2] != "__default__":
            expected.add(("dataset_loaded", "fail", "two"))
        assert done == expected, where
        assert len(recorded.events(run, "dataset_loaded", "dataset_saved")) == len(expected), where


def test_times_of_load_function_and_save_are_apart_and_within_the_node(
    ended: tuple[Recorded, dict[Any, dict[str, Any]]],
) -> None:
    for run in ended[1].values():
        for one in run["tasks"]:
            parts = {metric["name"]: metric["value"] for metric in one["metrics"]}
            if one["state"] == "succeeded":
                assert set(parts) == {"load_seconds", "function_seconds", "save_seconds"}
                # Loads and saves of one node may be at the same time, but there is one of each here.
                assert 0 <= sum(parts.values()) <= one["duration"] + 1e-6
                assert one["attempts"][0]["cpu_seconds"] >= 0


def test_log_records_go_to_the_node_that_spoke(ended: tuple[Recorded, dict[Any, dict[str, Any]]]) -> None:
    recorded, runs = ended
    for where, run in runs.items():
        spoken = [line["message"] for line in recorded.log(run, "add")]
        assert any("one" in message and "Loading" in message for message in spoken), where
        assert not any("[dark_orange]" in message for message in spoken), where
        assert not any("Loading" in line["message"] for line in recorded.log(run, "begin")), where


#: Parts of `spaceflights`: arguments of KedroSession.run, the nodes that ran, and the selection that is recorded.
COMPANIES, SHUTTLES, TABLE = "preprocess_companies_node", "preprocess_shuttles_node", "create_model_input_table_node"
SPLIT, TRAIN, EVALUATE, PLOT = "split_data_node", "train_model_node", "evaluate_model_node", "plot_capacity_node"
ALL = {COMPANIES, SHUTTLES, TABLE, SPLIT, TRAIN, EVALUATE, PLOT}
PARTS: list[tuple[dict[str, Any], set[str], dict[str, list[str]] | None]] = [
    ({}, ALL, None),
    ({"from_nodes": [SPLIT]}, {SPLIT, TRAIN, EVALUATE}, {"from": [SPLIT]}),
    ({"to_nodes": [TABLE]}, {COMPANIES, SHUTTLES, TABLE}, {"to": [TABLE]}),
    ({"node_names": [PLOT, COMPANIES]}, {PLOT, COMPANIES}, {"only": [PLOT, COMPANIES]}),
    ({"tags": ["science"]}, {SPLIT, TRAIN, EVALUATE}, {"tags": ["science"]}),
    ({"from_inputs": ["preprocessed_shuttles"]}, {TABLE, SPLIT, TRAIN, EVALUATE, PLOT},
     {"from_inputs": ["preprocessed_shuttles"]}),
    ({"to_outputs": ["capacity_plot"]}, {SHUTTLES, PLOT}, {"to_outputs": ["capacity_plot"]}),
    ({"from_nodes": [SHUTTLES], "to_nodes": [TABLE], "runner": "ThreadRunner"}, {SHUTTLES, TABLE},
     {"from": [SHUTTLES], "to": [TABLE]}),
    ({"tags": ["processing"], "runner": "ParallelRunner"}, {COMPANIES, SHUTTLES, TABLE}, {"tags": ["processing"]}),
]  # fmt: skip


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Recorded, list[dict[str, Any]]]:
    """All parts, in one process, and a named pipeline at last."""
    recorded = Recorded(make_project("spaceflights", tmp_path_factory.mktemp("parts")))
    cases = [case for case, _, _ in PARTS]
    assert recorded.drives(*cases, {"pipeline": "reporting"}) == [None] * (len(cases) + 1)
    return recorded, recorded.runs()


@pytest.mark.parametrize("place", range(len(PARTS)), ids=[" ".join(case) or "all" for case, _, _ in PARTS])
def test_a_part_is_recorded_as_what_it_is(place: int, parts: tuple[Recorded, list[dict[str, Any]]]) -> None:
    run = parts[1][place]
    _, ran, selection = PARTS[place]
    assert run["state"] == "succeeded"
    assert run["selection"] == selection
    assert states(run) == {name: WELL if name in ran else SLICE for name in ALL}


def test_a_named_pipeline_is_one_of_its_own(parts: tuple[Recorded, list[dict[str, Any]]]) -> None:
    run = parts[1][-1]
    assert run["pipeline"] == "reporting"
    assert states(run) == {PLOT: WELL}
    assert run["selection"] is None


def test_all_parts_of_a_pipeline_are_of_one_version(parts: tuple[Recorded, list[dict[str, Any]]]) -> None:
    assert len({run["version"] for run in parts[1][:-1]}) == 1


def test_namespaces_and_patterns(tmp_path: Path) -> None:
    recorded = Recorded(make_project("spaces", tmp_path))
    assert recorded.drives({}, {"namespaces": ["europe"]}, {"namespaces": ["asia.east"]}) == [None] * 3
    whole, europe, east = recorded.runs()
    names = {task["name"] for task in whole["tasks"]}
    assert states(whole) == dict.fromkeys(names, WELL)
    assert europe["selection"] == {"namespaces": ["europe"]}
    assert states(europe) == {name: WELL if name.startswith("europe.") else SLICE for name in names}
    assert states(east) == {name: WELL if name.startswith("asia.east.") else SLICE for name in names}
    (output,) = task(whole, "europe.north.keep_large")["outputs"]
    assert output["dataset"] == "europe.north.large_csv"
    assert output["bytes"] == (recorded.project / "data/02_intermediate/europe_north_large.csv").stat().st_size


def test_what_only_missing_outputs_leaves_out_is_cached(tmp_path: Path) -> None:
    recorded = Recorded(make_project("spaceflights", tmp_path))
    assert recorded.drives({"pipeline": "data_processing"}, {"pipeline": "data_processing"}) == [None, None]
    (recorded.project / "data/02_intermediate/preprocessed_companies.parquet").unlink()
    assert recorded.drives({"pipeline": "data_processing", "only_missing_outputs": True}) == [None]
    run = recorded.runs()[-1]
    assert run["selection"] == {"only_missing_outputs": ["true"]}
    assert states(run) == {COMPANIES: WELL, SHUTTLES: CACHED, TABLE: CACHED}
