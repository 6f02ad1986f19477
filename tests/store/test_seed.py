"""The made-up histories that benchmarks and pictures use are as an engine writes them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks import seed
from benchmarks.seeding.pipelines import known
from penstock.model.states import TERMINAL_RUN
from penstock.store.check import check
from penstock.store.database import open_database
from penstock.store.documents import run_document
from penstock.store.graphs import graph_of_run
from penstock.store.runs import export_runs
from penstock.store.sorts import SORTS
from penstock.wire.graphs import Graph
from penstock.wire.runs import RunDocument, RunSummary
from tests.store.wired import assert_wire


def test_a_seeded_store_keeps_every_law(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--runs", "120", "--tasks", "6", "--whole", "60", "--big-run", "50", "--big-gantt", "40"]
    assert seed.main([*arguments, "--home", str(tmp_path)]) == 0
    assert "120 runs" in capsys.readouterr().err
    database = open_database(tmp_path / "penstock.db")
    assert check(database) == []
    with database.read() as connection:
        runs = [run for part in export_runs(connection, sort=SORTS[0]) for run in part]
        keys = [row[0] for row in connection.all("SELECT key FROM run ORDER BY key DESC LIMIT 20")]
        documents = [run_document(connection, key) for key in keys]
        graphs = [graph_of_run(connection, key) for key in keys]
    database.close()
    assert len(runs) == 122
    assert {run["state"] for run in runs} <= TERMINAL_RUN
    assert {"succeeded", "failed"} <= {run["state"] for run in runs}
    for run in runs:
        assert_wire(RunSummary, run)
    for document, graph in zip(documents, graphs, strict=True):
        assert_wire(RunDocument, document)
        assert_wire(Graph, graph)
        if document["pipeline"] != "fan":
            assert [task["name"] for task in document["tasks"]] == [task["name"] for task in graph["tasks"]]


@pytest.mark.parametrize("tasks", [6, 20, 1000])
def test_a_large_pipeline_has_as_many_edges_as_it_should(tasks: int) -> None:
    one = known("atlas", "default", tasks, tasks * 3 // 2, random.Random(3))
    assert len(set(one.names)) == tasks
    assert sum(map(len, one.upstream)) == pytest.approx(tasks * 3 / 2, rel=0.2)
    assert all(before < place for place, every in enumerate(one.upstream) for before in every)
