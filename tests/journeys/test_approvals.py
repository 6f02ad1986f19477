"""A person is asked in the middle of a run, and answers from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.journeys.conftest import User, until
from tests.journeys.test_up import Site, up  # noqa: F401  fixture

pytestmark = pytest.mark.waits

FLOW = """
from penstock import Param, Pipeline

flow = Pipeline("flow")

@flow.task
def bill():
    return 120

flow.approval("release", message="Pay it?", after=[bill], params={"amount": Param("int", 5, max=200), "note": ""})

@flow.task
def pay(bill, release):
    return [bill, release["amount"], release["note"]]
"""


def paused(user: User) -> bool:
    shown = user.types("runs", "list", "--state", "paused", "--json")
    return shown.returncode == 0 and bool(json.loads(shown.stdout)["items"])


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["approve", "latest", "-p", "amount=7", "-p", "note=fine"], 0, "succeeded"),
        (["reject", "latest", "--comment", "too much"], 1, "too much"),
    ],
)
def test_a_run_of_a_terminal_waits_for_another_terminal(user: User, words: list[str], code: int, says: str) -> None:
    user.write("flow.py", FLOW)
    run = user.starts("run", "flow.py")
    until(lambda: paused(user), "the run rests")
    shown = user.types("runs", "show").stdout
    assert "release asks: Pay it?" in shown
    assert "amount (int, to 200, 5 by default)" in shown
    assert f"penstock runs approve {user.document()['id']} --task release" in shown
    refused = user.types("runs", "approve", "latest", "-p", "amount=500")
    assert (refused.returncode, "at most 200" in refused.stdout) == (1, True)
    assert user.types("runs", *words).returncode == 0
    shown, _ = run.communicate(timeout=60)
    assert run.returncode == code
    assert says in shown
    assert "release ‖ paused (approval): Pay it?" in shown
    people = user.types("runs", "show").stdout
    assert ("note=fine" if code == 0 else ": too much") in people.partition("by people")[2]
    outputs = {task["name"]: task["outputs"] for task in user.document()["tasks"]}
    assert bool(outputs["release"]) == (code == 0)
    assert user.types("db", "check").returncode == 0


def test_the_question_outlives_penstock_up(user: User, up: Callable[..., Site]) -> None:  # noqa: F811
    user.write("flow.py", FLOW)
    site = up()
    run = site.ask()
    until(lambda: site.state(run) == "paused", "the run rests")
    graph = site.get(f"/runs/{run}/graph")
    asked = next(task["approval"] for task in graph["tasks"] if task["name"] == "release")
    assert (asked["message"], [field["name"] for field in asked["params"]]) == ("Pay it?", ["amount", "note"])
    site.process.kill()
    site.process.wait()
    site = up()
    until(lambda: site.get("/about")["engine_alive"], "an engine is there")
    assert site.state(run) == "paused"
    address = f"/runs/{run}/actions/approve"
    refused = site.http.post(address, json={"decision": "approve", "values": {"amount": 500}})
    assert (refused.status_code, refused.json()["code"]) == (409, "parameter")
    body = {"decision": "approve", "values": {"amount": 9}, "comment": "as agreed"}
    answered = site.http.post(address, json=body)
    assert answered.status_code in (200, 202), answered.text
    document = site.over(run)
    assert document["state"] == "succeeded"
    told = [event["data"] for event in site.get(f"/runs/{run}/events")["items"] if event["task"] == "release"][-1]
    assert (told["by"], told["comment"], told["values"]) == ("token", "as agreed", {"amount": 9, "note": ""})
    assert user.types("db", "check").returncode == 0
