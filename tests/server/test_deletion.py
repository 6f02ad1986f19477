"""Deleting runs over HTTP, one and many."""

from __future__ import annotations

from typing import Any

from penstock.model.ids import key_of
from penstock.store import deletion
from penstock.wire.runs import ActionResult, ManyResult
from tests.server.world import World, problem
from tests.store import made


def over(world: World, at: float = 0.0, **facts: Any) -> str:
    return world.run(at, state="failed", ended_at=made.AT + 9, **facts)


def delete(world: World, identity: str, **headers: str) -> Any:
    return world.program.post(f"/api/v1/runs/{identity}/actions/delete", headers=headers)


def test_a_run_that_is_over_is_gone(world: World) -> None:
    identity, other = over(world), over(world, 1)
    answer = delete(world, identity)
    assert answer.status_code == 200
    told = ActionResult.model_validate_json(answer.content, strict=True)
    assert (told.id, told.outcome) == (identity, "applied")
    assert [run["id"] for run in world.program.get("/api/v1/runs").json()["items"]] == [other]
    problem(world.program.get(f"/api/v1/runs/{identity}"), 404, "not_found")
    problem(delete(world, identity), 404, "not_found")
    with world.database.read() as connection:
        assert deletion.unfinished(connection) == [key_of(identity)]
        assert connection.all('SELECT kind, "by" FROM command') == [("delete", "token")]


def test_a_run_that_is_not_over_stays(world: World) -> None:
    identity = world.run()
    body = problem(delete(world, identity), 409, "action_refused")
    assert "only one that is over can be deleted" in body["detail"]
    assert body["cure"] == "cancel it, or wait for its end"


def test_who_asks_twice_with_a_key_hears_the_same(world: World) -> None:
    identity = over(world)
    first, second = (delete(world, identity, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()


def test_many_and_one_that_refuses(world: World) -> None:
    gone, stays = over(world), world.run(1)
    answer = world.program.post("/api/v1/runs/actions/delete", json={"ids": [gone, stays]})
    told = ManyResult.model_validate_json(answer.content, strict=True)
    assert (told.applied, told.refused, told.waiting) == (1, 1, 0)
    assert {one.id: one.outcome for one in told.results} == {gone: "applied", stays: "refused"}


def test_many_by_filter_with_children(world: World) -> None:
    parent = over(world)
    child = over(world, 1, parent_key=key_of(parent))
    other = over(world, 2)
    answer = world.program.post("/api/v1/runs/actions/delete", json={"filter": f"id={parent}", "children": True})
    assert answer.json()["applied"] == 1
    left = [run["id"] for run in world.program.get("/api/v1/runs").json()["items"]]
    assert left == [other]
    assert child not in left


def test_what_repeats_a_deleted_run_is_shown_as_before(world: World) -> None:
    source = over(world)
    again = over(world, 1, replay_of=key_of(source), type="replay", selection=f'{{"from_run": ["{source}"]}}')
    assert delete(world, source).status_code == 200
    for page in ("", "/outputs", "/events", "/logs", "/metrics", "/context"):
        answer = world.program.get(f"/api/v1/runs/{again}{page}")
        assert answer.status_code == 200, answer.text
    assert world.program.get(f"/api/v1/runs/{again}").json()["replay_of"] == source
