"""Retries and replays over HTTP: what is written, and what becomes of it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import pytest

from penstock.model.ids import key_of
from penstock.model.spec import ParamSpec, PipelineSpec, TaskSpec
from penstock.server import acting
from penstock.store import commands, requests
from penstock.wire.actions import ManyReplayResult
from penstock.wire.pipelines import ParamList
from penstock.wire.runs import CommandDocument, ManyResult, RunSummary
from tests.server.answering import answering
from tests.server.world import World, problem
from tests.store import made

SPEC = PipelineSpec(
    "flow",
    tasks={"a": TaskSpec("a", outputs=("a",)), "b": TaskSpec("b", outputs=("b",), after=("a",))},
    params={"n": ParamSpec("n", "int", default=1)},
)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PATIENCE", 0.05)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PATIENCE", 20.0)


def engine(world: World, answer: str, outcome: Any = None) -> AbstractContextManager[None]:
    """Answers wishes to retry, as an engine would."""
    return answering(world, lambda connection: commands.for_anyone(connection, 0), answer, outcome)


def over(world: World, at: float = 0.0, **facts: Any) -> str:
    version = world.define(SPEC)
    return world.run(
        at, pipeline="flow", version=version, state="failed", ended_at=made.AT, params='{"n": 5}', **facts
    )  # fmt: skip


def post(world: World, path: str, body: Any = None, **headers: str) -> Any:
    return world.program.post(f"/api/v1/runs/{path}", json=body or {}, headers=headers)


def waiting(world: World) -> list[commands.Command]:
    with world.database.read() as connection:
        return commands.for_anyone(connection, 0)


# --- retry ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("patient")
def test_a_retry_that_was_begun_is_answered_with_the_run(world: World) -> None:
    identity = over(world)
    with engine(world, "applied"):
        answer = post(world, f"{identity}/actions/retry")
    assert answer.status_code == 200
    assert RunSummary.model_validate_json(answer.content, strict=True).id == identity


@pytest.mark.usefixtures("patient")
def test_a_retry_that_was_refused_says_why(world: World) -> None:
    identity = over(world)
    with engine(world, "refused", {"code": "parameter", "detail": "its ancestor 'a' has no usable output"}):
        body = problem(post(world, f"{identity}/actions/retry", {"task": "b"}), 409, "parameter")
    assert body["detail"] == "its ancestor 'a' has no usable output"


def test_a_retry_waits_for_an_engine_as_a_command_that_says_who_and_what(world: World) -> None:
    identity = over(world)
    answer = post(world, f"{identity}/actions/retry", {"task": "b", "params": {"n": 7}})
    assert answer.status_code == 202
    told = CommandDocument.model_validate_json(answer.content, strict=True)
    assert (told.run_id, told.kind, told.state) == (identity, "retry", "waiting")
    (command,) = waiting(world)
    assert (command.arguments, command.by) == ({"task": "b", "params": {"n": 7}}, "token")


def test_a_run_that_is_not_over_is_not_retried(world: World) -> None:
    identity = world.run()
    body = problem(post(world, f"{identity}/actions/retry"), 409, "action_refused")
    assert "only one that is over can be retried" in body["detail"]
    assert waiting(world) == []


def test_a_retry_with_a_key_is_asked_for_once(world: World) -> None:
    identity = over(world)
    for _ in range(2):
        answer = post(world, f"{identity}/actions/retry", **{"Idempotency-Key": "k"})
        assert answer.status_code == 202
    assert len(waiting(world)) == 1
    other = post(world, f"{identity}/actions/retry", {"task": "b"}, **{"Idempotency-Key": "k"})
    problem(other, 422, "idempotency_key_reused")


@pytest.mark.usefixtures("patient")
def test_of_many_retries_one_refusal_does_not_stop_the_rest(world: World) -> None:
    first, running, second = over(world), world.run(1), over(world, 2)
    with engine(world, "applied"):
        answer = post(world, "actions/retry", {"ids": [first, running, second]})
    told = ManyResult.model_validate_json(answer.content, strict=True)
    assert (told.applied, told.refused, told.waiting) == (2, 1, 0)
    assert [one.outcome for one in told.results] == ["applied", "refused", "applied"]
    by_filter = post(world, "actions/retry", {"filter": "state=running"})
    assert [one["id"] for one in by_filter.json()["results"]] == [running]


# --- replay ---------------------------------------------------------------------------------------------


def test_a_replay_is_a_new_run_that_waits_for_an_engine(world: World) -> None:
    identity = over(world)
    answer = post(world, f"{identity}/actions/replay", {"task": "b", "params": {"n": 7}})
    assert answer.status_code == 200
    told = RunSummary.model_validate_json(answer.content, strict=True)
    assert (told.state, told.type, told.params) == ("created", "replay", {"n": 7})
    with world.database.read() as connection:
        asked = requests.requested(connection, key_of(told.id))
    assert asked is not None
    assert (asked.replay_of, asked.replay_from, asked.params) == (identity, "b", {"n": 7})
    shown = world.program.get(f"/api/v1/runs/{told.id}").json()
    assert shown["replay_of"] == identity


def test_who_asked_for_a_run_stands_in_its_history(world: World) -> None:
    identity = over(world)
    replay = post(world, f"{identity}/actions/replay").json()["id"]
    asked = world.program.post("/api/v1/runs", json={"pipeline": "flow"}).json()["id"]
    for run in (replay, asked):
        (created,) = world.program.get(f"/api/v1/runs/{run}/events").json()["items"]
        assert (created["kind"], created["data"]) == ("run.created", {"by": "token"})


def test_a_replay_with_a_key_is_one_run(world: World) -> None:
    identity = over(world)
    found = {post(world, f"{identity}/actions/replay", **{"Idempotency-Key": "k"}).json()["id"] for _ in range(3)}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"task": "c"}, 404, "not_found"),
        ({"params": {"m": 1}}, 422, "parameter"),
        ({"params": {"n": "x"}}, 422, "parameter"),
        ({"version": "old"}, 422, "usage"),
    ],
)
def test_a_replay_that_can_not_be_is_refused_and_nothing_is_written(
    world: World, body: dict[str, Any], status: int, code: str
) -> None:
    identity = over(world)
    problem(post(world, f"{identity}/actions/replay", body), status, code)
    assert [one["id"] for one in world.program.get("/api/v1/runs").json()["items"]] == [identity]


def test_many_are_replayed_and_each_new_run_is_told(world: World) -> None:
    first, second = over(world), over(world, 1)
    answer = post(world, "actions/replay", {"ids": [first, "0000000000001", second], "params": {"n": 9}})
    told = ManyReplayResult.model_validate_json(answer.content, strict=True)
    assert (told.applied, told.refused) == (2, 1)
    assert [one.replay is None for one in told.results] == [False, True, False]
    assert told.results[1].code == "not_found"


def test_the_params_of_a_run_are_those_of_its_version(world: World) -> None:
    identity = over(world)
    world.define(PipelineSpec("flow", tasks=SPEC.tasks, params={"m": ParamSpec("m", "str", default="x")}))
    answer = world.program.get(f"/api/v1/runs/{identity}/params")
    body = ParamList.model_validate_json(answer.content, strict=True)
    assert [(param.name, param.type, param.default) for param in body.params] == [("n", "int", 1)]
