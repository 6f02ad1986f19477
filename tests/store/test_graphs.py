"""The graph of a version: every node and edge of its definition, and no path of this machine."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from penstock.errors import NotFound
from penstock.model.spec import (
    CodeRef,
    DatasetSpec,
    ParamSpec,
    PipelineSpec,
    Resources,
    RetrySpec,
    Source,
    TaskSpec,
    to_json,
)
from penstock.store import graphs
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.write import apply
from penstock.wire.graphs import Graph, TaskSource
from tests.store import made
from tests.store.wired import assert_wire

YEAR, RAW = Source("param", "year"), Source("dataset", "raw")
SPEC = PipelineSpec(
    "flights",
    params={"year": ParamSpec("year", "int", 2013), "unread": ParamSpec("unread")},
    code=CodeRef("/home/me/project", "/home/me/project/a/flights.py", "a.flights", "flights"),
    tasks={
        "raw": TaskSpec("raw", call="a.flights:raw", inputs={"year": YEAR, "again": YEAR}, outputs=("raw",),
                        tags=("load",), labels={"cost": "9"}, retry=RetrySpec(3), resources=Resources(cpu=2.0),
                        file="/home/me/project/a/flights.py", line=7, source="def raw(): ...", timeout=60.0,
                        facts={"namespace": "load.web"}),
        "split": TaskSpec("split", inputs={"raw": RAW}, outputs=("train", "test"), file="/elsewhere/lib.py"),
        "each": TaskSpec("each", inputs={"one": Source("item", "train", over="dataset")}, foreach=("one",),
                         when={"year": YEAR, "raw": RAW}, after=("split", "raw")),
        "tell": TaskSpec("tell", role="on_failure", inputs={"error": Source("error", "error")}),
    },
)  # fmt: skip


def edges(graph: dict[str, object], kind: str) -> set[tuple[str, str]]:
    found = graph["edges"]
    assert isinstance(found, list)
    return {(edge["source"], edge["target"]) for edge in found if edge["kind"] == kind}


def test_every_node_and_edge() -> None:
    graph = graphs.graph(SPEC, "v1")
    assert_wire(Graph, graph)
    assert edges(graph, "data") == {
        ("param:year", "task:raw"), ("task:raw", "dataset:raw"), ("dataset:raw", "task:split"),
        ("task:split", "dataset:train"), ("task:split", "dataset:test"), ("dataset:train", "task:each"),
        ("param:year", "task:each"), ("dataset:raw", "task:each"),
    }  # fmt: skip
    assert edges(graph, "order") == {("task:split", "task:each"), ("task:raw", "task:each")}
    assert len(graph["edges"]) == 10, "each once"
    assert [(node["name"], node["producer"], node["consumers"]) for node in graph["datasets"]] == [
        ("raw", "raw", ["split", "each"]), ("train", "split", ["each"]), ("test", "split", []),
    ]  # fmt: skip
    assert graph["params"] == [{"id": "param:year", "name": "year", "consumers": ["raw", "each"]}]


def test_a_task() -> None:
    raw, split, each, tell = graphs.graph(SPEC, "v1")["tasks"]
    assert raw == {
        "id": "task:raw", "name": "raw", "kind": "python", "role": "task", "call": "a.flights:raw", "description": "",
        "tags": ["load"], "labels": {"cost": "9"}, "inputs": {"year": "param:year", "again": "param:year"},
        "outputs": ["raw"], "foreach": [], "trigger": "all_succeeded", "conditional": False, "allow_failure": False,
        "timeout": 60.0, "attempts": 3, "resources": {"cpu": 2.0}, "file": "a/flights.py", "line": 7,
        "has_source": True, "facts": {"namespace": "load.web"}, "approval": None,
    }  # fmt: skip
    assert split["file"] == "lib.py", "no path of this machine leaves the store"
    assert (each["inputs"], each["foreach"], each["conditional"]) == ({"one": "dataset:train"}, ["one"], True)
    assert (tell["role"], tell["inputs"], tell["file"]) == ("on_failure", {"error": "error"}, None)


def test_datasets_that_the_project_keeps() -> None:
    kept = {
        "shops": DatasetSpec("shops", "pandas.CSVDataset", "raw", "data/shops.csv", "All shops.", True),
        "stock": DatasetSpec("stock", "MemoryDataset"),
        "test": DatasetSpec("test", "pandas.ParquetDataset", layer="model"),
        "unread": DatasetSpec("unread", "pandas.CSVDataset"),
    }
    read = {"shops": Source("dataset", "shops"), "stock": Source("dataset", "stock")}
    tasks = SPEC.tasks | {"join": TaskSpec("join", inputs=read), "count": TaskSpec("count", inputs=read)}
    graph = graphs.graph(replace(SPEC, tasks=tasks, datasets=kept), "v1")
    assert_wire(Graph, graph)
    nodes = {node["name"]: node for node in graph["datasets"]}
    assert list(nodes) == ["raw", "train", "test", "shops", "stock"], "inputs come last; what nobody reads is left out"
    assert nodes["shops"] == {
        "id": "dataset:shops", "name": "shops", "producer": None, "consumers": ["join", "count"],
        "type": "pandas.CSVDataset", "layer": "raw", "path": "data/shops.csv", "description": "All shops.",
        "versioned": True,
    }  # fmt: skip
    assert (nodes["test"]["producer"], nodes["test"]["layer"]) == ("split", "model")
    assert [nodes["raw"][fact] for fact in ("type", "layer", "path", "description")] == [None] * 4
    reads = [(f"dataset:{name}", f"task:{task}") for name in ("shops", "stock") for task in ("join", "count")]
    assert edges(graph, "data") == edges(graphs.graph(SPEC, "v1"), "data") | set(reads)


@pytest.fixture
def stored(database: Database) -> Database:
    with database.write() as connection:
        spec = to_json(SPEC)
        later = to_json(replace(SPEC, tasks={"raw": SPEC.tasks["raw"]}))
        versions = [made.version(spec, "v1"), made.version(later, "v2")._replace(created_at=made.AT + 1)]
        apply(connection, Commit(versions=versions, new_runs=[made.run(), made.run(made.key_at(1), version="v0")]))
    return database


def test_of_a_run_and_of_a_version(stored: Database) -> None:
    with stored.read() as connection:
        assert graphs.graph_of_run(connection, made.KEY) == graphs.graph(SPEC, "v1")
        assert graphs.graph_of_version(connection, "default", "flights", "v1") == graphs.graph(SPEC, "v1")
        latest = graphs.graph_of_version(connection, "default", "flights", None)
        assert (latest["version"], [task["name"] for task in latest["tasks"]]) == ("v2", ["raw"])
        source = graphs.source_of_run(connection, made.KEY, "raw")
        assert graphs.source_of_version(connection, "default", "flights", None, "raw") == source
    assert_wire(TaskSource, source)
    assert source == {"task": "raw", "file": "a/flights.py", "line": 7, "source": "def raw(): ..."}
    json.dumps(latest)


def test_what_is_not_there(stored: Database) -> None:
    with stored.read() as connection:
        with pytest.raises(NotFound, match="no run"):
            graphs.graph_of_run(connection, 5)
        with pytest.raises(NotFound, match=r"definition that run .* used is gone"):
            graphs.graph_of_run(connection, made.key_at(1))
        with pytest.raises(NotFound, match="no version 'v9' of pipeline 'flights'"):
            graphs.graph_of_version(connection, "default", "flights", "v9")
        with pytest.raises(NotFound, match="no pipeline 'fligths'"):
            graphs.graph_of_version(connection, "default", "fligths", None)
        with pytest.raises(NotFound, match="no task 'rwa'; did you mean 'raw'"):
            graphs.source_of_run(connection, made.KEY, "rwa")
