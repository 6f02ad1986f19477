"""A Kedro project under the eyes of the watcher of `penstock up`."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from penstock.authoring.discovery import late, patience_for, slow_after
from penstock.compose.watcher import State, Watcher
from penstock.store.database import open_database
from tests.integrations.kedro.written import write_project

pytestmark = pytest.mark.beside

#: Seconds in which a change must be there on a machine with other things to do.
SOON = 40.0
REGISTRY = """
    from kedro.pipeline import Pipeline, node

    def begin(step):
        return step

    def register_pipelines():
        return {"__default__": Pipeline([node(begin, "params:step", "one", name="begin")])}
"""


def test_changes_of_code_and_configuration_are_seen_and_a_broken_project_keeps_what_it_had(tmp_path: Path) -> None:
    project = write_project(tmp_path, REGISTRY, parameters="step: 1\n")
    database = open_database(project / ".penstock" / "penstock.db")
    states: queue.SimpleQueue[State] = queue.SimpleQueue()
    watcher = Watcher(project, database, states.put)

    def known() -> dict[str, Any]:
        with database.read() as connection:
            (row,) = connection.all("SELECT pipeline, namespace, version, file FROM pipeline WHERE present = 1")
        return dict(zip(("pipeline", "namespace", "version", "file"), row, strict=True))

    def until(true: Callable[[State], object]) -> State:
        while not true(state := states.get(timeout=SOON)):
            pass
        return state

    watcher.start()
    try:
        until(lambda state: state.pipelines == 1 and not state.problems)
        first = known()
        assert (first["pipeline"], first["namespace"], first["file"]) == ("__default__", "small", "pyproject.toml")
        (project / "conf/base/parameters.yml").write_text("step: 2\n")
        until(lambda state: not state.problems)
        second = known()
        assert second["version"] != first["version"]
        nodes = project / "src/small/nodes.py"
        nodes.write_text("def begin(step):\n    return step + 1\n")
        until(lambda state: not state.problems)
        third = known()
        assert third["version"] != second["version"]
        nodes.write_text("def begin(step:\n")
        registry = project / "src/small/pipeline_registry.py"
        registry.write_text("from small.nodes import begin\n")
        (problem,) = until(lambda state: state.problems).problems
        assert "syntax error" in problem.message
        assert "nodes.py" in f"{problem.file}{problem.message}"
        assert known()["version"] == third["version"]
    finally:
        watcher.close()
        database.close()


def test_a_pipeline_that_is_wrong_is_told_and_the_others_are_there(tmp_path: Path) -> None:
    text = REGISTRY.replace("return {", 'return {"wrong": Pipeline([node(begin, "nowhere", "two", name="wrong")]), ')
    project = write_project(tmp_path, text, parameters="step: 1\n")
    database = open_database(project / ".penstock" / "penstock.db")
    states: queue.SimpleQueue[State] = queue.SimpleQueue()
    watcher = Watcher(project, database, states.put)
    watcher.start()
    try:
        while not (state := states.get(timeout=SOON)).pipelines:
            pass
        assert "node 'wrong' reads 'nowhere'" in state.problems[0].message
        with database.read() as connection:
            found = connection.all("SELECT pipeline, present, problem FROM pipeline")
        assert [tuple(row) for row in found] == [("__default__", 1, None)]
    finally:
        watcher.close()
        database.close()


def test_a_project_has_more_time_than_a_file_and_its_own_words(tmp_path: Path) -> None:
    project, file = tmp_path / "pyproject.toml", tmp_path / "flights.py"
    assert slow_after(project) > slow_after(file)
    assert patience_for(project) > patience_for(file)
    told = late(project, slow_after(project), "has taken")
    assert str(told.message) == "opening this project has taken more than 30 s"
    assert "in nodes" in (told.cure or "")
    assert late(file, 60).message == "importing it took more than 60 s"


@pytest.mark.parametrize("text", ["[tool.kedro]\n", "[tool.kedro"])
def test_a_project_whose_settings_are_wrong_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text + "\n# [tool.kedro]\n")
    database = open_database(tmp_path / ".penstock" / "penstock.db")
    states: queue.SimpleQueue[State] = queue.SimpleQueue()
    watcher = Watcher(tmp_path, database, states.put)
    watcher.start()
    try:
        while not (state := states.get(timeout=SOON)).problems:
            pass
        assert state.problems[0].file == "pyproject.toml"
    finally:
        watcher.close()
        database.close()
