"""Runs that run again, as a person asks for it: by the command line with and without `penstock up`, and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import User, until
from tests.journeys.test_up import Site, up

pytestmark = pytest.mark.waits

__all__ = ["up"]

FLOW = """
from penstock import Pipeline
flow = Pipeline("flow", params={"good": False, "n": 2})

@flow.task
def first(n):
    return n

@flow.task
def second(first, good):
    if not good:
        raise ValueError("not yet")
    return first * 10

@flow.task
def third(second):
    return second + 1
"""
ALONE = """
    import os, time
    from penstock import Pipeline
    flow = Pipeline("flow", params={"seconds": 60.0})

    @flow.task
    def alone(seconds: float):
        with open("began", "a") as file:
            file.write(f"{os.getpid()}\\n")
        time.sleep(seconds)
"""


def ran(document: dict[str, Any]) -> dict[str, list[tuple[int, str]]]:
    return {task["name"]: [(one["generation"], one["state"]) for one in task["attempts"]] for task in document["tasks"]}


def test_a_run_is_retried_and_replayed_in_a_terminal(user: User) -> None:
    user.write("flow.py", FLOW)
    assert user.types("run", "flow.py").returncode == 1
    again = user.types("runs", "retry", "latest")
    assert again.returncode == 1
    assert "not yet" in again.stdout
    better = user.types("runs", "retry", "latest", "-p", "good=true", "--json")
    assert better.returncode == 0, better.stderr
    document = json.loads(better.stdout)
    assert (document["generation"], document["params"]["good"]) == (3, True)
    assert ran(document) == {
        "first": [(1, "succeeded")], "second": [(1, "failed"), (2, "failed"), (3, "succeeded")],
        "third": [(3, "succeeded")],
    }  # fmt: skip
    refused = user.types("runs", "retry", "latest")
    assert refused.returncode == 1
    assert "nothing of it failed" in refused.stderr
    replay = user.types("runs", "replay", document["id"], "--task", "third", "--json")
    assert replay.returncode == 0, replay.stderr
    told = json.loads(replay.stdout)
    assert (told["replay_of"], told["type"], ran(told)) == (
        document["id"], "replay", {"first": [], "second": [], "third": [(1, "succeeded")]},
    )  # fmt: skip
    from_first = user.types("runs", "retry", document["id"], "--task", "second", "--json")
    assert from_first.returncode == 0
    assert json.loads(from_first.stdout)["generation"] == 4
    assert user.types("db", "check").returncode == 0


def test_several_runs_are_retried_and_replayed_by_penstock_up(user: User, up: Callable[..., Site]) -> None:
    user.write("flow.py", FLOW)
    for _ in range(2):
        assert user.types("run", "flow.py").returncode == 1
    alone = user.types("runs", "retry", "--filter", "state=failed", "--yes")
    assert alone.returncode == 2
    assert "penstock up" in alone.stderr
    up("--workers", "1")
    told = user.types("runs", "retry", "--filter", "state=failed", "--yes", "-p", "good=true", "--json")
    assert told.returncode == 0, told.stderr
    ids = [one["id"] for one in json.loads(told.stdout)["items"]]
    assert len(ids) == 2
    until(lambda: [user.document(one)["state"] for one in ids] == ["succeeded"] * 2, "they run again")
    again = user.types("runs", "replay", *ids, "--json")
    assert again.returncode == 0, again.stderr
    made = [one["detail"].removeprefix("repeated as ") for one in json.loads(again.stdout)["items"]]
    until(lambda: [user.document(one)["state"] for one in made] == ["succeeded"] * 2, "they are repeated")
    assert [user.document(one)["replay_of"] for one in made] == ids


def test_a_killed_run_of_a_terminal_is_retried(user: User) -> None:
    user.write("flow.py", FLOW.replace("not good", "__import__('time').sleep(60 if not good else 0)"))
    child = user.starts("run", "flow.py")
    assert child.stdout is not None
    for line in child.stdout:
        if "first" in line and "succeeded" in line:
            break
    child.kill()
    child.wait()
    document = user.document()
    assert (document["state"], document["reason"]) == ("failed", "lease_lost")
    again = user.types("runs", "retry", "latest", "-p", "good=true", "--json")
    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout)
    assert told["state"] == "succeeded"
    assert ran(told)["first"] in ([(1, "succeeded")], [(1, "lost"), (2, "succeeded")])


def test_a_retry_never_runs_beside_what_a_killed_terminal_left(user: User) -> None:
    user.write("flow.py", ALONE)
    began = user.folder / "began"
    child = user.starts("run", "flow.py")
    until(lambda: began.exists() and began.read_text(), "the task runs")
    agent = next(one for one in user.processes() if "penstock.agent" in one.cmdline() and one.ppid() == child.pid)
    agent.suspend()  # as one that the machine has no time for
    child.kill()
    child.wait()
    refused = user.types("runs", "retry", "latest", "-p", "seconds=0")
    assert (refused.returncode, began.read_text().count("\n")) == (1, 1)
    assert user.document()["state"] == "running"
    agent.resume()
    again = user.types("runs", "retry", "latest", "-p", "seconds=0", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["state"] == "succeeded"
    assert began.read_text().count("\n") == 2
    assert user.types("db", "check").returncode == 0
    assert list((user.folder / ".penstock" / "engines").iterdir()) != [], "of the one that was killed"
