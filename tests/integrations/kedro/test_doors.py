"""`GET /api/run-status` and `.viz/kedro_pipeline_events.json`: from our record, in Kedro-Viz's words."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from penstock.errors import SettingsError
from penstock.integrations.kedro import door, events_file
from penstock.integrations.kedro.events_file import events_of
from penstock.integrations.kedro.happened import Happened, Node, Trouble, Use, happened, read
from penstock.integrations.kedro.ids import viz_id
from penstock.integrations.kedro.status import nothing, status
from penstock.model.spec import ParamSpec, PipelineSpec, Source, TaskSpec, to_json
from penstock.server.app import create_app
from penstock.store.rows import Commit, NewMetric
from penstock.store.runs import find_run
from tests.integrations.kedro.recorded import Recorded
from tests.integrations.kedro.viz import read_by_viz, viz_serving
from tests.server.world import ORIGIN, TOKEN, World, problem
from tests.store import made

CLEAN = "clean: clean([cars@pandas;params:model.seed]) -> [tidy]"
TRAIN = "train([tidy]) -> None"
SPEC = PipelineSpec(
    "__default__", "shop",
    params={"model.seed": ParamSpec("model.seed", "int", 3)},
    tasks={
        "clean": TaskSpec("clean", kind="kedro", inputs={"cars": Source("dataset", "cars"),
                          "seed": Source("param", "model.seed")}, outputs=("tidy",),
                          facts={"node": CLEAN, "id": viz_id(CLEAN)}),
        "train": TaskSpec("train", kind="kedro", inputs={"tidy": Source("dataset", "tidy")},
                          facts={"node": TRAIN, "id": viz_id(TRAIN)}),
    },
)  # fmt: skip
ERROR = {"type": "ValueError", "message": "no such wheel", "traceback": "Traceback ...", "names": ["ValueError"]}


def event(kind: str, seq: int, at: int, **data: Any) -> Any:
    return made.event(kind, seq, 1)._replace(at=made.AT + at, data=json.dumps(data))


def recorded(**facts: Any) -> Commit:
    """A run whose first node is done, and whose second one failed to load what it reads."""
    failed = {**ERROR, "operation": "load", "dataset": "tidy", "task": "train"}
    run = made.run(
        pipeline="__default__", namespace="shop", state="failed", reason="user_error", ended_at=made.AT + 9_000_000,
        error=json.dumps(failed), tasks_total=2, tasks_done=2,
    )  # fmt: skip
    return Commit(
        versions=[made.version(to_json(SPEC))._replace(namespace="shop", pipeline="__default__")],
        new_runs=[run._replace(**facts)],
        new_task_runs=[
            made.task_run(0, task="clean", kind="kedro", state="succeeded", attempts=1),
            made.task_run(1, task="train", kind="kedro", state="failed", reason="user_error", attempts=1),
        ],
        new_attempts=[
            made.attempt(0, started_at=made.AT + 10, ended_at=made.AT + 3_000_000),
            made.attempt(1, state="failed", started_at=made.AT + 4_000_000, ended_at=made.AT + 6_500_000,
                         error=json.dumps(failed)),
        ],
        metrics=[NewMetric(made.KEY, 0, 1, made.AT + 50, "function_seconds", 1.25, "s")],
        events=[
            event("dataset_loaded", 0, 20, dataset="cars@pandas", seconds=0.1, bytes=4_000, rows=9),
            event("dataset_saved", 0, 2_900_000, dataset="tidy", seconds=0.2, bytes=None, rows=9),
            event("dataset_failed", 1, 6_400_000, dataset="tidy", operation="load"),
        ],
    )  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made_world = World(tmp_path)
    yield made_world
    made_world.close()


@pytest.fixture
def client(world: World) -> TestClient:
    app = create_app(world.service, [door.__name__])
    return TestClient(app, base_url=ORIGIN, headers={"Authorization": f"Bearer {TOKEN}"})


def test_the_door_is_shut_without_a_token(world: World) -> None:
    app = create_app(world.service, [door.__name__])
    assert TestClient(app, base_url=ORIGIN).get("/api/run-status").status_code == 401


def test_no_run_is_an_empty_answer(client: TestClient) -> None:
    assert client.get("/api/run-status").json() == nothing()


def test_a_run_by_its_nodes_and_datasets(world: World, client: TestClient) -> None:
    world.write(recorded())
    world.run(60.0)  # of another pipeline, which is no Kedro project
    answer = client.get("/api/run-status")
    trouble = {"message": "no such wheel", "traceback": "Traceback ..."}
    assert answer.json() == {
        "nodes": {
            viz_id(CLEAN): {"status": "success", "duration": 1.25, "error": None},
            viz_id(TRAIN): {"status": "failed", "duration": 2.5, "error": trouble},
        },
        "datasets": {
            viz_id("params:model.seed"): {"name": "params:model.seed", "size": 0, "status": "success", "error": None},
            viz_id("cars"): {"name": "cars@pandas", "size": 4_000, "status": "success", "error": None},
            viz_id("tidy"): {
                "name": "tidy", "size": 0, "status": "failed",
                "error": {**trouble, "error_node": "train", "error_operation": "loading"},
            },
        },
        "pipeline": {
            "run_id": made.run().id, "start_time": "2013-01-01T00:00:00.000000Z",
            "end_time": "2013-01-01T00:00:09.000000Z", "duration": 9.0, "status": "failed", "error": trouble,
        },
    }  # fmt: skip
    assert client.get("/api/run-status", params={"run_id": made.run().id}).json() == answer.json()
    problem(client.get("/api/run-status", params={"run_id": "01JZZZZZZZZZZZZZZZZZZZZZZZ"}), 404)
    problem(client.get("/api/run-status", params={"id": "1"}), 422)


def test_what_only_kedro_has_run_can_not_be_started(world: World, client: TestClient) -> None:
    world.write(recorded())
    told = problem(client.post("/api/v1/runs", json={"pipeline": "__default__", "namespace": "shop"}), 409)
    assert "only known from runs that Kedro itself made" in told["detail"]


def test_the_newest_run_counts(world: World, client: TestClient) -> None:
    world.write(recorded())
    later = made.run(made.key_at(5.0), pipeline="__default__", namespace="shop")
    world.write(Commit(new_runs=[later]))
    told = client.get("/api/run-status").json()
    assert (told["pipeline"]["run_id"], told["nodes"], told["pipeline"]["end_time"]) == (later.id, {}, None)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"state": "failed", "reason": "interrupted", "error": None}, "interrupted"),
        ({"state": "cancelled", "reason": "user", "error": None}, "stopped by its user"),
    ],
)
def test_a_run_that_was_stopped_failed(world: World, client: TestClient, facts: dict[str, Any], told: str) -> None:
    world.write(recorded(**facts))
    answer = client.get("/api/run-status").json()["pipeline"]
    assert answer["status"] == "failed"
    assert told in answer["error"]["message"]


def test_a_run_that_goes_on_lasts_as_long_as_its_nodes(world: World, client: TestClient) -> None:
    world.write(recorded(state="running", reason=None, ended_at=None, error=None))
    answer = client.get("/api/run-status").json()["pipeline"]
    assert answer == {**answer, "end_time": None, "duration": 3.75, "status": "success", "error": None}


BEGUN = "2026-03-01T08:00:00.000000Z"


def chanced(seed: int) -> Happened:
    """A run by chance: nodes and datasets in any order, troubles of all kinds."""
    chance = random.Random(seed)

    def at() -> str:
        return f"2026-03-01T08:{chance.randrange(1, 50):02d}:{chance.randrange(60):02d}.{chance.randrange(10**6):06d}Z"

    nodes = [
        Node(f"n{i}", viz_id(f"n{i}"), round(chance.random() * 9, 3), at(),
             Trouble(f"trouble {i}", f"Traceback {i}") if chance.random() < 0.2 else None)
        for i in range(chance.randrange(6))
    ]  # fmt: skip
    uses = [
        Use(f"d{chance.randrange(4)}", chance.choice(("load", "save")), node.name, at(),
            chance.choice((None, 0, chance.randrange(10**6))), node.trouble is not None and chance.random() < 0.7)
        for node in nodes for _ in range(chance.randrange(4))
    ]  # fmt: skip
    # As it is recorded: what fails comes last, and all failures of a node are of one trouble.
    uses = sorted(uses, key=lambda use: (use.failed, use.at))
    trouble = next((node.trouble for node in nodes if node.trouble), None)
    goes_on = trouble is None and chance.random() < 0.2
    return Happened(f"run{seed}", BEGUN, *((None, None) if goes_on else ("2026-03-01T09:00:00Z", 3600.0)),
                    trouble, tuple(sorted(nodes, key=lambda node: node.ended_at)), tuple(uses))  # fmt: skip


@pytest.mark.slow
@pytest.mark.beside
def test_kedro_viz_reads_the_file_as_our_door_answers() -> None:
    runs = [chanced(seed) for seed in range(300)]
    read, kept = read_by_viz([events_of(run) for run in runs], [status(run) for run in runs])
    for run, theirs, known in zip(runs, read, kept, strict=True):
        ours = status(run)
        assert known == ours, "its models know every key of ours, and no other"
        theirs["pipeline"]["run_id"] = ours["pipeline"]["run_id"]  # theirs is new each time
        assert theirs == ours
    assert sum(run.trouble is not None for run in runs) > 50


RUNS = {
    "spaceflights": [["--runner", "ThreadRunner", "--to-nodes", "create_model_input_table_node"]],
    "failing": [["--pipeline", "function"], ["--pipeline", "load"], ["--pipeline", "save"]],
}


@pytest.mark.slow
@pytest.mark.beside
@pytest.mark.parametrize("name", RUNS)
def test_kedro_viz_reads_the_file_of_runs_that_it_does_not_record(name: str, project: Callable[[str], Path]) -> None:
    folder = project(name)
    recorded = Recorded(folder, PENSTOCK_KEDRO_VIZ="on")
    told, files = [], []
    for words in RUNS[name]:
        recorded.kedro("run", *words, exit_code=1 if name == "failing" else 0)
        run = recorded.runs()[-1]
        files.append(json.loads((folder / ".viz" / "kedro_pipeline_events.json").read_text()))
        with recorded.reading() as connection:
            told.append(status(read(connection, find_run(connection, run["id"]))))
    theirs, kept = read_by_viz(files, told)
    assert kept == told
    for ours, each in zip(told, theirs, strict=True):
        each["pipeline"]["run_id"] = ours["pipeline"]["run_id"]
        assert each == ours
        assert ours["nodes"]
        assert all(node["duration"] > 0 for node in ours["nodes"].values())
        assert ours["pipeline"]["status"] == ("failed" if name == "failing" else "success")
    if name == "failing":
        operations = [[dataset["error"]["error_operation"] for dataset in each["datasets"].values() if dataset["error"]]
                      for each in told]  # fmt: skip
        assert operations == [[], ["loading"], ["saving"]]


#: Commands, and the nodes that their runs make of spaceflights' seven.
SHOWN = [
    (["kedro", "run", "--runner", "ParallelRunner"], 7),
    (["kedro", "run", "--runner", "ParallelRunner", "--tags", "processing"], 3),
    (["kedro", "run", "--nodes", "preprocess_companies_node"], 1),
    (["penstock.cli", "run", ".", "--to", "preprocess_shuttles_node"], 1),
]


@pytest.mark.slow
@pytest.mark.beside
def test_the_page_of_kedro_viz_shows_parts_and_runs_of_any_runner(project: Callable[[str], Path]) -> None:
    folder = project("spaceflights")
    recorded = Recorded(folder, PENSTOCK_KEDRO_VIZ="on")
    with viz_serving(folder) as asked:
        drawn = {node["id"] for node in asked("/api/main")["nodes"]}
        for words, count in SHOWN:
            recorded.python_module(*words)
            run = recorded.runs()[-1]
            with recorded.reading() as connection:
                ours = status(read(connection, find_run(connection, run["id"])))
            shown = asked("/api/run-status")
            shown["pipeline"]["run_id"] = ours["pipeline"]["run_id"]
            assert shown == ours, words
            assert len(shown["nodes"]) == count
            assert {*shown["nodes"], *shown["datasets"]} <= drawn


@pytest.mark.parametrize(("word", "wanted"), [("on", True), ("off", False), ("", find_spec("kedro_viz") is not None)])
def test_the_file_is_written_where_it_is_wanted(word: str, wanted: bool) -> None:
    assert events_file.is_wanted({"PENSTOCK_KEDRO_VIZ": word}) is wanted
    with pytest.raises(SettingsError, match="PENSTOCK_KEDRO_VIZ is 'maybe'"):
        events_file.is_wanted({"PENSTOCK_KEDRO_VIZ": "maybe"})


def test_the_file_appears_whole_and_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = events_file.write(tmp_path, events_of(chanced(1)))
    assert first == tmp_path / ".viz" / "kedro_pipeline_events.json"
    before = first.read_text()
    events_file.write(tmp_path, events_of(chanced(2)))
    assert json.loads(first.read_text()) == events_of(chanced(2)) != json.loads(before)
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("no room")))
    with pytest.raises(OSError, match="no room"):
        events_file.write(tmp_path, [])
    assert [file.name for file in first.parent.iterdir()] == [first.name]


def test_a_message_of_any_signs_can_be_written(tmp_path: Path) -> None:
    run = Happened("1", BEGUN, BEGUN, 0.0, Trouble("half a \ud800 pair", "é"), (), ())
    assert json.loads(events_file.write(tmp_path, events_of(run)).read_text())[-1]["traceback"] == "é"


def test_nodes_that_did_not_run_are_left_out() -> None:
    skipped = {"name": "train", "attempts": [], "metrics": []}
    running = {"name": "clean", "attempts": [{"started_at": BEGUN, "ended_at": None}], "metrics": []}
    run = {"id": "1", "started_at": BEGUN, "ended_at": None, "duration": None, "state": "running", "reason": None,
           "error": None, "tasks": [skipped, running]}  # fmt: skip
    found = happened(SPEC, run, [])
    assert (found.nodes, [use.dataset for use in found.uses]) == ((), ["params:model.seed"])
