"""Actions on one run and on many: what becomes of each is told, at once or when its engine has answered."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from typing import Any

import pytest

from penstock.model.ids import key_of
from penstock.model.spec import PipelineSpec, TaskSpec
from penstock.model.states import RUN_STATES
from penstock.server import acting
from penstock.store import commands
from penstock.wire.runs import CommandDocument, ManyResult, RunSummary
from tests.server.answering import answering
from tests.server.world import World, problem
from tests.store import made


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PATIENCE", 0.05)


def engine(world: World, answer: str, outcome: Any = None) -> AbstractContextManager[None]:
    """Answers what is asked of the runs of `made.OWNER`, as an engine would."""
    return answering(world, lambda connection: commands.waiting(connection, made.OWNER), answer, outcome)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PATIENCE", 20.0)


def cancel(world: World, identity: str) -> Any:
    return world.program.post(f"/api/v1/runs/{identity}/actions/cancel")


# --- cancel -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("patient")
def test_a_cancel_that_was_heard_is_answered_with_the_run(world: World) -> None:
    identity = world.run()
    with engine(world, "applied"):
        answer = cancel(world, identity)
    assert answer.status_code == 200
    assert RunSummary.model_validate_json(answer.content, strict=True).id == identity


@pytest.mark.usefixtures("patient")
def test_a_cancel_that_was_refused_says_why(world: World) -> None:
    identity = world.run()
    with engine(world, "refused", {"detail": "it is over", "cure": "replay it"}):
        body = problem(cancel(world, identity), 409, "action_refused")
    assert (body["detail"], body["cure"]) == ("it is over", "replay it")


def test_a_cancel_that_nobody_heard_yet_is_answered_with_the_command(world: World) -> None:
    identity = world.run()
    answer = cancel(world, identity)
    assert answer.status_code == 202
    command = CommandDocument.model_validate_json(answer.content, strict=True)
    assert (command.run_id, command.kind, command.state) == (identity, "cancel", "waiting")
    with world.database.read() as connection:
        (waiting,) = commands.waiting(connection, made.OWNER)
    assert (waiting.id, waiting.run_key) == (command.id, key_of(identity))


def test_a_run_that_nobody_has_begun_needs_no_engine(world: World) -> None:
    world.define(PipelineSpec("shop", tasks={"a": TaskSpec("a")}))
    identity = world.program.post("/api/v1/runs", json={"pipeline": "shop"}).json()["id"]
    answer = cancel(world, identity)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    problem(cancel(world, identity), 409, "action_refused")


@pytest.mark.parametrize("state", ["succeeded", "warning", "failed", "cancelled", "skipped"])
def test_what_is_over_is_not_cancelled(world: World, state: str) -> None:
    identity = world.run(state=state)
    problem(cancel(world, identity), 409, "action_refused")
    with world.database.read() as connection:
        assert commands.waiting(connection, made.OWNER) == []


def test_who_waits_does_not_keep_others_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "_WAITING", threading.BoundedSemaphore(1))
    monkeypatch.setattr(acting, "PATIENCE", 20.0)
    assert acting._WAITING.acquire(blocking=False)
    assert cancel(world, world.run()).status_code == 202


def test_many_are_cancelled_and_each_is_told(world: World) -> None:
    running, over = world.run(1), world.run(2, state="failed")
    gone = "0000000000001"
    answer = world.program.post("/api/v1/runs/actions/cancel", json={"ids": [running, over, gone, running]})
    result = ManyResult.model_validate_json(answer.content, strict=True)
    assert (result.applied, result.refused, result.waiting) == (0, 2, 1)
    told = {each.id: (each.outcome, each.code) for each in result.results}
    assert told == {
        running: ("waiting", None), over: ("refused", "action_refused"), gone: ("refused", "not_found"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("cancel", {}, "action_refused"),
        ("resume", {}, "action_refused"),
        ("delete", {}, None),
        ("set-state", {"state": "skipped"}, "action_refused"),
        ("set-state", {"task": "none", "state": "failed"}, "not_found"),
        ("set-state", {"task": "task0", "map_index": 7, "state": "failed"}, "not_found"),
    ],
)
def test_of_one_run_and_of_many_a_refusal_is_the_same(
    world: World, action: str, body: dict[str, Any], code: str | None
) -> None:
    identity = world.run(state="failed" if code else "running")
    one = problem(
        world.program.post(f"/api/v1/runs/{identity}/actions/{action}", json=body), 404 if code == "not_found" else 409
    )
    (many,) = world.program.post(f"/api/v1/runs/actions/{action}", json={**body, "ids": [identity]}).json()["results"]
    assert [one[part] for part in ("code", "detail", "cure")] == [many[part] for part in ("code", "detail", "cure")]
    assert one["code"] == (code or "action_refused")
    assert "`penstock" not in one["cure"]


@pytest.mark.parametrize("state", RUN_STATES)
@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("set-state", {"task": "rwa", "state": "failed"}),
        ("retry", {"task": "rwa"}),
        ("replay", {"task": "rwa"}),
        ("approve", {"task": "rwa", "decision": "reject"}),
        ("breakpoints", {"set": ["raw", "rwa"]}),
    ],
)
def test_a_task_that_a_run_does_not_have_is_not_found(
    world: World, state: str, action: str, body: dict[str, Any]
) -> None:
    identity = world.run(state=state)
    told = problem(world.program.post(f"/api/v1/runs/{identity}/actions/{action}", json=body), 404, "not_found")
    assert "no task 'rwa'" in told["detail"]
    assert told["cure"] == "did you mean 'raw'?"


@pytest.mark.usefixtures("patient")
def test_what_its_engine_does_not_find_is_not_found(world: World) -> None:
    """As of clean-up tasks, which are there but can't be retried from."""
    identity = world.run()
    with engine(world, "refused", {"code": "not_found", "detail": "no such item", "cure": "there are 3"}):
        body = problem(cancel(world, identity), 404, "not_found")
    assert (body["detail"], body["cure"]) == ("no such item", "there are 3")


# --- pause, resume, set-state ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "body", "state", "arguments"),
    [
        ("cancel", {"force": True}, "running", {"force": True}),
        ("pause", {"now": True}, "running", {"now": True}),
        ("pause", {}, "running", {}),
        ("resume", None, "paused", {}),
        ("set-state", {"task": "raw", "map_index": 0, "state": "skipped"}, "running",
         {"task": "raw", "map_index": 0, "state": "skipped"}),
    ],
)  # fmt: skip
def test_what_is_asked_waits_for_the_engine_as_a_command(
    world: World, action: str, body: dict[str, Any] | None, state: str, arguments: dict[str, Any]
) -> None:
    identity = world.run(state=state)
    for _ in range(2):
        answer = world.program.post(
            f"/api/v1/runs/{identity}/actions/{action}", json=body, headers={"Idempotency-Key": "k"}
        )
        assert answer.status_code == 202, answer.content
    with world.database.read() as connection:
        (command,) = commands.waiting(connection, made.OWNER)
    assert (command.kind, command.arguments, command.by) == (action, arguments, "token")


@pytest.mark.parametrize("action", ["pause", "resume"])
def test_what_its_state_does_not_allow_is_refused(world: World, action: str) -> None:
    identity = world.run(state="succeeded")
    body = problem(world.program.post(f"/api/v1/runs/{identity}/actions/{action}", json={}), 409, "action_refused")
    assert (body["detail"], body["cure"]) == ("the run is over: it succeeded", "replay it to run it again")


def test_a_run_that_is_over_is_taken_for_another_at_once(world: World) -> None:
    one, two = world.run(1, state="failed"), world.run(2, state="failed")
    answer = world.program.post(f"/api/v1/runs/{one}/actions/set-state", json={"state": "succeeded"})
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "succeeded", "user")
    result = world.program.post("/api/v1/runs/actions/set-state", json={"ids": [one, two], "state": "succeeded"})
    told = ManyResult.model_validate_json(result.content, strict=True)
    assert [(each.outcome, each.code) for each in told.results] == [("refused", "action_refused"), ("applied", None)]
    problem(world.program.post(f"/api/v1/runs/{one}/actions/set-state", json={"state": "running"}), 422)


@pytest.mark.parametrize("action", ["cancel", "pause", "resume", "force-run", "retry", "replay", "delete"])
def test_what_needs_no_more_words_takes_none_but_its_own(world: World, action: str) -> None:
    address = f"/api/v1/runs/{world.run()}/actions/{action}"
    assert world.program.post(address).status_code in (200, 202, 409)
    body = problem(world.program.post(address, json={"foo": 1}), 422, "usage")
    assert body["detail"] == "foo: there is no such key"


def test_an_item_without_its_task_is_not_taken_for_the_run(world: World) -> None:
    identity = world.run(state="failed")
    asked = {"map_index": 3, "state": "succeeded"}
    for address, more in (
        (f"/api/v1/runs/{identity}/actions/set-state", {}), ("/api/v1/runs/actions/set-state", {"ids": [identity]}),
    ):  # fmt: skip
        body = problem(world.program.post(address, json={**asked, **more}), 422, "usage")
        assert "name the task too" in body["detail"]
    assert world.program.get(f"/api/v1/runs/{identity}").json()["state"] == "failed"


def test_an_item_beyond_all_that_are_counted_is_wrong_use(world: World) -> None:
    identity = world.run(state="failed")
    asked = {"task": "a", "map_index": 10**22, "state": "succeeded"}
    for address, more in (
        (f"/api/v1/runs/{identity}/actions/set-state", {}), ("/api/v1/runs/actions/set-state", {"ids": [identity]}),
    ):  # fmt: skip
        body = problem(world.program.post(address, json={**asked, **more}), 422, "usage")
        assert body["cure"] == "write 2,147,483,647 or less"


# --- labels -------------------------------------------------------------------------------------------


def labels_of(world: World, identity: str) -> dict[str, str]:
    labels: dict[str, str] = world.program.get(f"/api/v1/runs/{identity}").json()["labels"]
    return labels


def test_labels_are_set_and_removed(world: World) -> None:
    identity = world.run()
    address = f"/api/v1/runs/{identity}/actions/labels"
    world.program.post(address, json={"set": {"a": "1", "b": "2"}})
    answer = world.program.post(address, json={"set": {"b": "3"}, "remove": ["a", "none"]})
    assert answer.json()["labels"] == labels_of(world, identity) == {"b": "3"}


@pytest.mark.parametrize(
    "body",
    [
        {"set": {"": "x"}}, {"set": {"a": "x" * 501}}, {"set": {f"l{number}": "" for number in range(101)}},
        {"set": {"a": None}}, {"set": []}, {"sets": {}}, {"set": {"a": "\x00"}}, {"set": {"\x00": "a"}},
    ],
)  # fmt: skip
def test_labels_that_cant_be_kept_are_refused(world: World, body: dict[str, Any]) -> None:
    identity = world.run()
    for address in (f"/api/v1/runs/{identity}/actions/labels", "/api/v1/runs/actions/labels"):
        many = {"ids": [identity]} if address.endswith("runs/actions/labels") else {}
        problem(world.program.post(address, json={**body, **many}), 422)
    assert labels_of(world, identity) == {}


def test_all_that_fit_a_filter_are_labelled(world: World) -> None:
    failed = [world.run(at, state="failed") for at in range(3)]
    good = world.run(9, state="succeeded")
    body = {"filter": "?state=failed&sort=-duration&limit=1", "set": {"seen": "yes"}}
    result = world.program.post("/api/v1/runs/actions/labels", json=body).json()
    assert (result["applied"], {each["id"] for each in result["results"]}) == (3, set(failed))
    assert [labels_of(world, identity) for identity in (*failed, good)] == [{"seen": "yes"}] * 3 + [{}]


@pytest.mark.parametrize(
    "chosen",
    [
        {}, {"ids": ["0000000000001"], "filter": "state=failed"}, {"ids": ["0000000000001"], "all": True},
        {"filter": "state=failed", "all": True}, {"all": False}, {"filter": ""}, {"filter": " "}, {"filter": "?"},
        {"filter": "sort=-duration&limit=1"}, {"filter": "q="}, {"ids": ["x"]}, {"ids": "x"}, {"filter": "stat=failed"},
        {"filter": "state=nope"}, {"filter": "duration_gt=x"}, {"filter": "duration_gt=inf"},
        {"filter": "created_after=x"}, {"filter": "&".join(["state=failed"] * 2001)},
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", ["cancel", "labels"])
def test_runs_must_be_chosen_by_ids_or_by_a_filter_that_is_one(
    world: World, action: str, chosen: dict[str, Any]
) -> None:
    identity = world.run()
    body = chosen if action == "cancel" else {**chosen, "set": {"a": "b"}}
    assert problem(world.program.post(f"/api/v1/runs/actions/{action}", json=body), 422)["cure"]
    assert labels_of(world, identity) == {}


@pytest.mark.parametrize("action", ["cancel", "labels", "delete", "replay", "retry"])
def test_an_empty_filter_means_no_run(world: World, action: str) -> None:
    world.run(state="succeeded")
    body = {"filter": "", **({"set": {"a": "b"}} if action == "labels" else {})}
    refused = problem(world.program.post(f"/api/v1/runs/actions/{action}", json=body), 422)
    assert "all runs would fit" in refused["detail"]
    assert "ask for all" in refused["cure"]


def test_all_runs_are_labelled_where_all_is_asked_for(world: World) -> None:
    known = [world.run(at, state="failed") for at in range(2)]
    world.program.post("/api/v1/runs/actions/labels", json={"all": True, "set": {"a": "b"}})
    assert [labels_of(world, identity) for identity in known] == [{"a": "b"}] * 2


def test_an_action_has_a_most_and_then_does_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "MOST", 2)
    known = [world.run(at) for at in range(3)]
    for chosen in ({"ids": known}, {"all": True}):
        body = {**chosen, "set": {"a": "b"}}
        assert "more than 2" in problem(world.program.post("/api/v1/runs/actions/labels", json=body), 422)["detail"]
    assert labels_of(world, known[0]) == {}


def test_the_same_key_labels_once(world: World) -> None:
    identity = world.run()
    address = f"/api/v1/runs/{identity}/actions/labels"
    for _ in range(2):
        world.program.post(address, json={"set": {"a": "1"}}, headers={"Idempotency-Key": "k"})
    events = world.program.get(f"/api/v1/runs/{identity}/events").json()["items"]
    (told,) = [event["data"] for event in events if event["kind"] == "run.labels"]
    assert told == {"set": {"a": "1"}, "removed": [], "by": "token"}
