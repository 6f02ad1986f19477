"""Tasks that a person answers: asked, approved, rejected, late, and with what follows from that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.engine.view import RunView
from penstock.model.spec import ApprovalSpec, ParamSpec, PipelineSpec, TaskSpec
from penstock.store.commands import Command
from penstock.store.database import Database
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import next_world
from tests.engine.world import World, pipeline, run_of, states, task

FORM = {
    "amount": ParamSpec("amount", "int", 5, min=0, max=200),
    "day": ParamSpec("day", "date"),
}


def asking(name: str = "ok", *after: str, form: dict[str, ParamSpec] | None = None, **facts: Any) -> TaskSpec:
    approval = ApprovalSpec(
        "Pay it?", FORM if form is None else form, facts.pop("on_timeout", "rejected"), facts.pop("default", {})
    )
    return TaskSpec(name, kind="approval", outputs=(name,), after=after, approval=approval, **facts)


def paying(**facts: Any) -> PipelineSpec:
    return pipeline(task("bill"), asking("ok", "bill", **facts), task("pay", "bill", "ok"))


def answer(world: World, view: RunView, decision: str = "approve", number: int = 1, **told: Any) -> None:
    arguments = {"decision": decision, **told}
    world.engine.order(Command(number, view.key, "approve", arguments, 0, "ann", "waiting", None, None))
    world.turn()


def outcome(world: World) -> tuple[str, dict[str, Any]]:
    """Of the last command that was answered."""
    settled = [one for commit in world.writer.commits for one in commit.commands][-1]
    return settled.state, json.loads(settled.outcome)


def history(world: World, name: str) -> list[tuple[str, Any]]:
    """Events of a task run, and what they tell."""
    commits = world.writer.commits
    seqs = {row.seq for commit in commits for row in commit.new_task_runs if row.task == name}
    return [
        (event.kind, None if event.data is None else json.loads(event.data))
        for commit in commits
        for event in commit.events
        if event.seq in seqs
    ]


def asked() -> tuple[World, RunView]:
    world = World()
    view = world.submit(paying())
    world.end("bill", value=120)
    return world, view


def test_a_run_rests_when_only_a_person_can_go_on_with_it() -> None:
    world, view = asked()
    assert states(view) == {"bill": "succeeded", "ok": "paused", "pay": "created"}
    assert (view.state, view.reason) == ("paused", "approval")
    world.pass_time(3600)
    assert (view.state, world.names()) == ("paused", [])
    assert history(world, "ok") == [("task_run.paused", {"reason": "approval"})]


def test_what_was_approved_is_read_by_name_and_told_with_who() -> None:
    world, view = asked()
    answer(world, view, values={"amount": 100, "day": "2026-03-01"}, comment="as agreed")
    assert outcome(world)[0] == "applied"
    assert view.state == "running"
    assert world.names() == ["pay"]
    given = world.take("pay").inputs["ok"]
    assert given[:2] == ["json", '{"amount":100,"day":{"$":["date","2026-03-01"]}}']
    assert history(world, "ok")[-1] == (
        "task_run.succeeded",
        {
            "reason": "approval",
            "by": "ann",
            "comment": "as agreed",
            "values": {"amount": 100, "day": "2026-03-01"},
        },
    )


def test_the_form_is_checked_and_a_second_answer_may_do() -> None:
    world, view = asked()
    answer(world, view, values={"amount": 500})
    state, told = outcome(world)
    assert (state, told["code"]) == ("refused", "parameter")
    assert "at most 200" in told["detail"]
    assert view.state == "paused"
    answer(world, view, texts={"amount": "7"})
    assert run_of(view, "ok").state == "succeeded"
    assert json.loads(view.values["ok"][1])["amount"] == 7


def test_a_rejection_is_a_failure_that_says_who() -> None:
    world, view = asked()
    answer(world, view, "reject", comment="too much")
    assert states(view) == {"bill": "succeeded", "ok": "failed", "pay": "upstream_failed"}
    assert (view.state, view.reason) == ("failed", "approval")
    assert view.error is not None
    assert (view.error["task"], view.error["message"]) == ("ok", "rejected by ann: too much")


def test_a_rejection_that_is_allowed_is_a_warning() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), asking("ok", "a", allow_failure=True), task("b")))
    world.end("a")
    world.end("b")
    answer(world, view, "reject")
    assert (states(view)["ok"], view.state) == ("warning", "warning")


@pytest.mark.parametrize(
    ("facts", "becomes", "reason"),
    [
        ({}, "failed", "approval"),
        ({"on_timeout": "failed"}, "failed", "timeout"),
        ({"on_timeout": "approved", "default": {"amount": 9}}, "succeeded", "approval"),
    ],
)
def test_nobody_answers_in_time(facts: dict[str, Any], becomes: str, reason: str) -> None:
    world = World()
    view = world.submit(paying(timeout=60.0, **facts))
    world.end("bill")
    world.pass_time(59)
    assert run_of(view, "ok").state == "paused"
    world.pass_time(1)
    run = run_of(view, "ok")
    assert (run.state, run.reason) == (becomes, reason)
    assert history(world, "ok")[-1][1]["late"] is True
    if becomes == "succeeded":
        assert json.loads(view.values["ok"][1])["amount"] == 9
        assert world.names() == ["pay"]
    else:
        assert view.error is not None
        assert view.error["message"] == "nobody has answered in time"


def test_a_run_goes_on_with_the_rest_while_one_is_asked() -> None:
    world = World()
    view = world.submit(pipeline(asking("ok"), task("a"), task("b", "a"), task("c", "ok")))
    assert (view.state, run_of(view, "ok").state) == ("running", "paused")
    world.end("a")
    assert view.state == "running"
    world.end("b")
    assert (view.state, view.reason) == ("paused", "approval")
    answer(world, view)
    world.end("c")
    assert view.state == "succeeded"


def test_several_ask_and_one_is_named() -> None:
    world = World()
    view = world.submit(pipeline(asking("one"), asking("two"), task("a", "one"), task("b", "one", "two")))
    assert view.state == "paused"
    answer(world, view)
    assert "say which one" in outcome(world)[1]["cure"]
    answer(world, view, task="three")
    assert "asks for no approval" in outcome(world)[1]["detail"]
    answer(world, view, task="one")
    assert (view.state, world.names()) == ("running", ["a"])
    world.end("a")
    assert (view.state, view.reason) == ("paused", "approval")
    answer(world, view, task="one")
    assert outcome(world)[0] == "refused"
    answer(world, view)
    world.end("b")
    assert view.state == "succeeded"


def test_the_time_of_the_run_stands_still_meanwhile() -> None:
    world = World()
    definition = pipeline(task("bill"), asking("ok", "bill"), task("pay", "ok"), timeout=100.0)
    view = world.submit(definition)
    world.pass_time(50)
    world.end("bill")
    world.pass_time(100_000)
    answer(world, view)
    world.pass_time(40)
    assert view.state == "running"
    world.pass_time(20)
    assert view.state == "cancelling"


def test_a_cancel_ends_what_is_asked() -> None:
    world, view = asked()
    world.engine.order(Command(1, view.key, "cancel", {}, 0, "ann", "waiting", None, None))
    world.turn()
    assert states(view) == {"bill": "succeeded", "ok": "cancelled", "pay": "cancelled"}
    assert view.state == "cancelled"


def test_to_set_its_state_is_no_answer() -> None:
    world, view = asked()
    wish = {"task": "ok", "state": "succeeded"}
    world.engine.order(Command(1, view.key, "set-state", wish, 0, "ann", "waiting", None, None))
    world.turn()
    state, told = outcome(world)
    assert (state, run_of(view, "ok").state) == ("refused", "paused")
    assert told["detail"] == "task 'ok' is paused: it asks for an approval"
    assert told["cure"] == "approve or reject it"


def test_resume_is_no_answer_and_a_pause_holds_back_what_comes_after_it() -> None:
    world, view = asked()
    world.engine.order(Command(1, view.key, "resume", {}, 0, "ann", "waiting", None, None))
    world.turn()
    assert "waits for the answer of a person" in outcome(world)[1]["detail"]
    world.engine.order(Command(2, view.key, "pause", {}, 0, "ann", "waiting", None, None))
    world.turn()
    answer(world, view, number=3)
    assert (run_of(view, "ok").state, view.state, view.reason) == ("succeeded", "paused", "user")
    assert world.names() == []
    world.engine.order(Command(4, view.key, "resume", {}, 0, "ann", "waiting", None, None))
    world.turn()
    assert world.names() == ["pay"]


# --- after a crash ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("timely", [True, False])
def test_the_next_engine_waits_for_the_same_answer_until_the_same_moment(database: Database, timely: bool) -> None:
    world = World(writer=DirectWriter(database))
    view = world.submit(paying(timeout=600.0))
    world.end("bill")
    assert view.state == "paused"
    after, view = next_world(world, view, database)
    assert (view.state, view.reason, run_of(view, "ok").state) == ("paused", "approval", "paused")
    if timely:
        answer(after, view)
        after.end("pay")
        assert view.state == "succeeded"
    else:
        after.pass_time(601)
        assert (run_of(view, "ok").state, view.state) == ("failed", "failed")


def test_an_answer_that_was_given_is_there_after_a_crash(database: Database) -> None:
    world = World(writer=DirectWriter(database))
    view = world.submit(paying())
    world.end("bill")
    answer(world, view, values={"amount": 33})
    after, view = next_world(world, view, database)
    assert run_of(view, "ok").state == "succeeded"
    assert json.loads(view.values["ok"][1])["amount"] == 33
    after.end("pay")
