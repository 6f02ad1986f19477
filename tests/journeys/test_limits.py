"""Runs that wait for a limit, as people meet them: in terminals and in lists."""

from __future__ import annotations

import json
import signal

import pytest

from tests.journeys.conftest import PATIENCE, User, until

pytestmark = pytest.mark.waits

FLOW = """
import time
from pathlib import Path
from penstock import Limit, Pipeline

flow = Pipeline("flow", params={"gate": ""}, concurrency=1)
alone = Pipeline("alone", params={"gate": ""}, concurrency=Limit(1, full="skip"))
strict = Pipeline("strict", params={"gate": ""}, concurrency=Limit(1, full="fail"))

def wait(gate: str) -> None:
    while gate and not Path(gate).exists():
        time.sleep(0.01)

for each in (flow, alone, strict):
    each.task(wait)
"""


def test_a_second_terminal_waits_for_the_first_and_can_be_interrupted(user: User) -> None:
    user.write("flow.py", FLOW)
    gate = user.folder / "gate"
    first = user.starts("run", "flow.py:flow", "-p", f"gate={gate}")
    until(lambda: (user.folder / ".penstock").exists() and _states(user) == ["running"], "it runs")
    run = json.loads(user.types("runs", "list", "--json").stdout)["items"][0]["id"]
    second = user.starts("run", "flow.py:flow")
    assert second.stdout is not None
    told = ""
    while "waiting: " not in told:
        told = second.stdout.readline()
        assert told
    assert told == f"waiting: 1 of 1 runs of 'flow' are running ({run})\n"
    until(lambda: _states(user) == ["queued", "running"], "it waits")
    listed = json.loads(user.types("runs", "list", "--json").stdout)["items"][0]
    assert (listed["state"], listed["reason"]) == ("queued", "limit")
    shown = user.types("runs", "show", listed["id"]).stdout
    assert f"waits: 1 run of pipeline default/flow at a time; {run} had it when this one came" in shown
    assert f"penstock runs force-run {listed['id']}" in shown
    second.send_signal(signal.SIGINT)
    assert second.wait(PATIENCE) == 130
    assert _states(user) == ["cancelled", "running"]
    third = user.starts("run", "flow.py:flow")
    until(lambda: _states(user)[0] == "queued", "it waits")
    gate.touch()
    assert (first.wait(PATIENCE), third.wait(PATIENCE)) == (0, 0)
    assert _states(user) == ["succeeded", "cancelled", "succeeded"]


def test_what_a_full_limit_makes_of_a_run_is_told(user: User) -> None:
    user.write("flow.py", FLOW)
    gate = user.folder / "gate"
    for name in ("alone", "strict"):
        user.starts("run", f"flow.py:{name}", "-p", f"gate={gate}")
    until(lambda: (user.folder / ".penstock").exists() and _states(user) == ["running"] * 2, "they run")
    skipped, failed = user.types("run", "flow.py:alone"), user.types("run", "flow.py:strict")
    gate.touch()
    assert skipped.returncode == 0
    assert "skipped (limit)" in skipped.stdout
    assert failed.returncode == 1
    assert "1 of 1 runs of 'strict' are running" in failed.stdout
    assert "retry it when one is over" in failed.stdout


def _states(user: User) -> list[str]:
    listed = json.loads(user.types("runs", "list", "--json").stdout)
    return [run["state"] for run in listed.get("items", [])]  # none while the first makes the database
