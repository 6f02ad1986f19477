"""A run in a person's hands: paused, brought to a standstill, resumed, and told that a task is done."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Act, User, until

pytestmark = pytest.mark.waits

FLOW = """
import time
from pathlib import Path
from penstock import Pipeline
flow = Pipeline("flow")
here = Path(__file__)

@flow.task
def first():
    here.with_name("begun").touch()
    while not here.with_name("go").exists():
        time.sleep(0.01)
    return 1

@flow.task
def second(first):
    return first + 1

@flow.task
def bad():
    while not here.with_name("begun").exists():
        time.sleep(0.01)
    raise ValueError("no")

@flow.task(after=["bad"])
def later():
    return 3
"""


def test_a_run_of_another_terminal_is_paused_steered_and_resumed(user: User) -> None:
    user.write("flow.py", FLOW)
    child = user.starts("run", "flow.py", "--workers", "2")
    until((user.folder / "begun").exists, "the first task runs")
    until(lambda: user.states()["later"] == "upstream_failed", "the bad one has failed")
    paused = user.types("runs", "pause", "latest", "--json")
    assert paused.returncode == 0, paused.stderr
    (told,) = json.loads(paused.stdout)["items"]
    assert (told["outcome"], told["state"], told["detail"]) == ("applied", "paused", None)
    assert user.types("runs", "pause", "latest").returncode == 1, "it is paused already"
    assert user.types("runs", "pause", "latest", "--now").returncode == 0
    assert user.states()["first"] == "paused"
    stopped = [process for process in user.processes() if process.status() == "stopped"]
    assert stopped
    done = user.types("runs", "set-state", "latest", "--task", "bad", "succeeded")
    assert done.returncode == 0, done.stderr
    assert user.states()["later"] == "created"
    (user.folder / "go").touch()
    everybody = user.types("runs", "resume", "--filter", "state=paused", "--yes", "--json")
    assert everybody.returncode == 0, everybody.stderr
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 0, output
    assert "paused" in output
    assert user.states() == {"first": "succeeded", "second": "succeeded", "bad": "succeeded", "later": "succeeded"}
    shown = user.types("runs", "show", "latest").stdout.split("by people")[1]
    told = [line.split("  ", 2)[2].rpartition(" by ")[0] for line in shown.rstrip().splitlines()[1:]]
    assert told == ["run: paused", "bad: failed, set to succeeded", "run: goes on"]
    assert user.types("db", "check").returncode == 0


def test_what_is_over_is_taken_for_another_and_retried(user: User) -> None:
    user.write("flow.py", FLOW.replace('while not here.with_name("go").exists()', "while False"))
    assert user.types("run", "flow.py").returncode == 1
    refused = user.types("runs", "set-state", "latest", "skipped")
    assert refused.returncode == 1
    assert "it can be set to" in refused.stdout
    for task, item, told in (
        ("baad", (), "did you mean 'bad'?"),
        ("bad", ("--map-index", "3"), "no item 3 of task 'bad'"),
    ):
        unknown = user.types("runs", "set-state", "latest", "--task", task, *item, "succeeded")
        assert (unknown.returncode, told in unknown.stdout) == (1, True), unknown.stdout
    unnamed = user.types("runs", "set-state", "latest", "--map-index", "1", "succeeded")
    assert (unnamed.returncode, "--task" in unnamed.stderr) == (2, True)
    done = user.types("runs", "set-state", "latest", "--task", "bad", "succeeded")
    assert done.stdout.endswith("✗ failed, bad set to succeeded\n")
    document = user.document()
    assert document["state"] == "failed"
    assert {task["name"]: task["state"] for task in document["tasks"]}["bad"] == "succeeded"
    assert user.types("runs", "retry", "latest", "-q").returncode == 0
    assert user.states()["later"] == "succeeded"
    several = user.types("runs", "set-state", "--filter", "state=succeeded", "warning", "--json")
    assert several.returncode == 0, several.stderr
    assert user.document()["state"] == "warning"
    assert user.types("run", "flow.py").returncode == 1
    unsure = user.types("runs", "set-state", "--filter", "pipeline=flow", "cancelled")
    assert unsure.returncode == 2
    assert "--yes" in unsure.stderr
    words = ("runs", "set-state", "--filter", "pipeline=flow", "cancelled")
    for answer, code in ((b"n\n", 130), (b"y\n", 0)):
        assert user.in_terminal(*words, act=_answering(answer))[0] == code
    assert {run["state"] for run in json.loads(user.types("runs", "list", "--json").stdout)["items"]} == {"cancelled"}
    nothing = user.types("runs", "cancel", "--filter", "all")
    assert (nothing.returncode, nothing.stderr) == (0, "None of the 2 runs that fit is in a state for it.\n")
    assert user.types("runs", "list", "--filter", "all", "--json").stdout == user.types("runs", "list", "--json").stdout
    every = user.types("runs", "delete", "--filter", "all")
    assert (every.returncode, "2 runs" in every.stderr, "--yes" in every.stderr) == (2, True, True)
    empty = user.types("runs", "delete", "--filter", "", "--yes")
    assert (empty.returncode, "all runs would fit" in empty.stderr) == (2, True)
    several = user.types("runs", "cancel", "zzzz", "latest", "xx", "--json")
    assert several.returncode == 1
    told = [(one["id"], one["outcome"], one["code"]) for one in json.loads(several.stdout)["items"]]
    run = user.document()["id"]
    assert told == [
        (run, "refused", "action_refused"),
        ("zzzz", "refused", "not_found"),
        ("xx", "refused", "not_found"),
    ]
    for empty in ("", "q=&sort=-created_at"):
        refused = user.types("runs", "delete", "--filter", empty, "--yes")
        assert (refused.returncode, "all runs would fit" in refused.stderr) == (2, True)
    nobody = user.types("runs", "pause", "--filter", "state=running")
    assert (nobody.returncode, nobody.stderr.strip()) == (0, "No run fits.")
    wrong = user.types("runs", "pause", "--filter", "stat=running")
    assert wrong.returncode == 2
    assert "state" in wrong.stderr


def _answering(answer: bytes) -> Act:
    """Types an answer once it is asked for."""
    typed: list[bytes] = []

    def act(shown: str, types: Callable[[bytes], object]) -> None:
        if "[y/N]" in shown and not typed:
            typed.append(answer)
            types(answer)

    return act
