"""Runs of Kedro projects on our engine that run again: retried in place, repeated, taken up after a kill."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.kedro.written import COMMAND, User, states, write_project
from tests.journeys.conftest import until

pytestmark = pytest.mark.beside

REGISTRY = """
    import os, signal
    from pathlib import Path
    import pandas as pd
    from kedro.pipeline import Pipeline, node

    def count(name):
        with open("data/ran", "a") as file:
            file.write(name + "\\n")

    def first(step):
        count("first")
        return pd.DataFrame({"x": [step, 2 * step]})

    def second(table):
        count("second")
        if Path("data/wait").exists():
            os.unlink("data/wait")
            signal.pause()
        if not Path("data/good").exists():
            raise RuntimeError("not yet")
        return table * 10

    def third(table, by):
        count("third")
        return table + by

    def register_pipelines():
        return {"__default__": Pipeline([
            node(first, "params:step", "between", name="first"),
            node(second, "between", "kept", name="second"),
            node(third, ["kept", "params:by"], "last", name="third"),
        ])}
"""
CATALOG = """
    kept: {type: pandas.CSVDataset, filepath: data/kept.csv, versioned: true, save_args: {index: false}}
    last: {type: pandas.CSVDataset, filepath: data/last.csv, save_args: {index: false}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path, REGISTRY, catalog=CATALOG, parameters="step: 1\nby: 5\n")


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def ran(project: Path) -> list[str]:
    """The nodes that ran since this was asked last."""
    file = project / "data/ran"
    names = file.read_text().split()
    file.unlink()
    return names


def again(user: User, *words: str) -> dict[str, Any]:
    done = user.types("runs", *words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))


def states_on_record(user: User) -> dict[str, str]:
    shown = user.types("runs", "show", "latest", "--json")
    return states(json.loads(shown.stdout)) if shown.returncode == 0 else {}


def test_what_failed_runs_again_in_place_and_the_rest_keeps_its_outputs(user: User, project: Path) -> None:
    failed = user.runs("small", exit_code=1)
    assert ran(project) == ["first", "second"]
    (project / "data/good").touch()
    retried = again(user, "retry", "latest")
    assert (retried["id"], retried["generation"]) == (failed["id"], 2)
    assert set(states(retried).values()) == {"succeeded"}
    assert ran(project) == ["second", "third"]
    assert (project / "data/last.csv").read_text() == "x\n15\n25\n"
    # The run has one save version, whatever of it ran again.
    assert len(list((project / "data/kept.csv").iterdir())) == 1
    repeated = again(user, "retry", "latest", "--task", "second")
    assert repeated["generation"] == 3
    assert ran(project) == ["second", "third"]
    assert len(list((project / "data/kept.csv").iterdir())) == 1


def test_who_runs_it_again_is_told_that_its_code_has_changed(user: User, project: Path) -> None:
    def warnings() -> set[str]:
        lines = json.loads(user.types("runs", "logs", "latest", "--json").stdout)["lines"]
        return {line["message"] for line in lines if line["level"] == "warning" and "has changed" in line["message"]}

    user.runs("small", exit_code=1)
    (project / "data/good").touch()
    again(user, "retry", "latest")
    assert warnings() == set()
    registry = project / "src/small/pipeline_registry.py"
    registry.write_text(registry.read_text().replace("table * 10", "table * 100"))
    again(user, "retry", "latest", "--task", "second")
    assert (project / "data/last.csv").read_text() == "x\n105\n205\n"
    assert warnings() == {"the code of this pipeline has changed since the run began; this is the code of now"}


def test_a_run_is_repeated_from_a_node_with_another_parameter(user: User, project: Path) -> None:
    (project / "data/good").touch()
    run = user.runs("small", "-p", "step=3")
    assert ran(project) == ["first", "second", "third"]
    replayed = again(user, "replay", run["id"], "--task", "third", "-p", "by=1")
    assert ran(project) == ["third"]
    assert (replayed["type"], replayed["replay_of"]) == ("replay", run["id"])
    assert (replayed["params"]["step"], replayed["params"]["by"]) == (3, 1)
    assert (project / "data/last.csv").read_text() == "x\n31\n61\n"


def test_a_run_whose_terminal_was_killed_is_taken_up_where_it_was(user: User, project: Path) -> None:
    (project / "data/good").touch()
    (project / "data/wait").touch()
    command = subprocess.Popen(
        [*COMMAND, "run", "small", "--quiet"], cwd=user.folder, env=user.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    # What ended in the milliseconds before the kill, and is on no record, would run again.
    until(lambda: states_on_record(user).get("second") == "running", "the second node runs")
    command.kill()
    command.wait()
    (killed,) = json.loads(user.types("runs", "list", "--json").stdout)["items"]
    retried = again(user, "retry", killed["id"])
    assert set(states(retried).values()) == {"succeeded"}
    assert ran(project) == ["first", "second", "second", "third"]
