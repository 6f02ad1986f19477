"""Kedro 1.0: how parts of pipelines are recorded, and our engine. Its runners and ends are in the table of all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.kedro.oldest import oldest_python, without_pandas
from tests.integrations.kedro.recorded import Recorded
from tests.integrations.kedro.recorded import states as outcomes
from tests.integrations.kedro.written import User, states, write_project
from tests.journeys.conftest import until

pytestmark = pytest.mark.beside

WELL = ("succeeded", None)
SLICE = ("skipped", "slice")
REGISTRY = """
    from pathlib import Path
    from kedro.pipeline import Pipeline, node, pipeline

    TRIES = Path(__file__).parents[2] / "data" / "tries"

    def give(value):
        return value

    def stubborn(value):
        TRIES.write_text(TRIES.read_text() + "x" if TRIES.exists() else "x")
        if len(TRIES.read_text()) < 3:
            raise OSError("not yet")
        return value

    def register_pipelines():
        room = [node(give, "params:other", "c", name="third"), node(give, "c", "d", name="fourth")]
        return {
            "__default__": Pipeline([
                node(give, "params:step", "a", name="first", tags="left"),
                node(give, "a", "b", name="second", tags="left"),
                pipeline(room, namespace="room", parameters={"params:other"}),
            ]),
            "stubborn": Pipeline([
                node(stubborn, "params:step", "a", name="stubborn", tags=["penstock.retry.3", "penstock.delay.0"]),
            ]),
        }
"""
ALL = {"first", "second", "room.third", "room.fourth"}
#: Arguments of KedroSession.run, the nodes that run, and the selection that is recorded.
PARTS: list[tuple[dict[str, Any], set[str], dict[str, list[str]] | None]] = [
    ({}, ALL, None),
    ({"from_nodes": ["first"]}, {"first", "second"}, {"from": ["first"]}),
    ({"to_nodes": ["first"], "runner": "ThreadRunner"}, {"first"}, {"to": ["first"]}),
    ({"node_names": ["room.third"]}, {"room.third"}, {"only": ["room.third"]}),
    ({"tags": ["left"], "runner": "ParallelRunner"}, {"first", "second"}, {"tags": ["left"]}),
    ({"from_inputs": ["params:other"]}, {"room.third", "room.fourth"}, {"from_inputs": ["params:other"]}),
    ({"to_outputs": ["b"], "async": True}, {"first", "second"}, {"to_outputs": ["b"]}),
    ({"namespaces": ["room"]}, {"room.third", "room.fourth"}, {"namespaces": ["room"]}),
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_project(tmp_path, REGISTRY, parameters="{step: 1, other: 2}")


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path, oldest_python())


def test_parts_are_recorded_by_the_process_beside_the_run(small: Path) -> None:
    recorded = Recorded(small, oldest_python())
    assert recorded.drives(*(case for case, _, _ in PARTS)) == [None] * len(PARTS)
    recorded.kedro("run", "--nodes", "first")
    # Who looks before a recorder has come up, and after its run is over, records that run himself.
    until(lambda: not recorded.spools(), "all recorders are done")
    runs = recorded.runs()
    for (case, ran, selection), run in zip([*PARTS, ({}, {"first"}, {"only": ["first"]})], runs, strict=True):
        assert run["facts"]["kedro_version"] == "1.0.0"
        assert run["selection"] == selection, case
        assert outcomes(run) == {name: WELL if name in ran else SLICE for name in ALL}, case
    with recorded.reading() as connection:
        recorders = connection.all("SELECT pid FROM instance WHERE kind = 'recorder'")
    # Nothing was left to be read by whoever came next.
    assert len(recorders) == len(runs)
    assert os.getpid() not in {pid for (pid,) in recorders}


def test_our_engine_makes_nodes_again_and_takes_params(small: Path, user: User) -> None:
    document = user.runs("small", "-p", "step=7", "--workers", "2")
    assert states(document) == dict.fromkeys(ALL, "succeeded")
    assert document["params"] == {"step": 7, "other": 2}
    part = user.runs("small", "--from", "second")
    assert states(part) == {**dict.fromkeys(ALL, "skipped"), "second": "succeeded"}
    again = user.runs("small", "--pipeline", "stubborn")
    assert [len(task["attempts"]) for task in again["tasks"]] == [3]
    user.folder = small
    listed = json.loads(user.types("pipelines", "list", "--json").stdout)
    assert [each["name"] for each in listed["items"]] == ["__default__", "stubborn"]


@pytest.mark.parametrize(
    ("pipeline", "operation"), [("function", {}), ("load", {"operation": "load"}), ("save", {"operation": "save"})]
)
def test_our_engine_tells_what_failed(
    user: User, project: Callable[[str], Path], pipeline: str, operation: dict[str, str]
) -> None:
    without_pandas(project("failing"))
    document = user.runs("failing", "--pipeline", pipeline, exit_code=1)
    assert states(document) == {"begin": "succeeded", "add": "succeeded", "fail": "failed", "after": "upstream_failed"}
    (known,) = user.errors()
    assert {name: known[name] for name in ("operation",) if name in known} == operation
