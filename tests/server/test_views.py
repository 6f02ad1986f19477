"""Saved views and the service's own figures."""

from __future__ import annotations

import time

import pytest

from penstock import __version__
from penstock.store import instances
from penstock.wire.service import About
from penstock.wire.views import SavedView, SavedViewList
from tests.server.world import World, problem

VIEW = {"name": "failures", "query": "state=failed", "columns": ["pipeline", "error"]}


def test_views_are_kept_changed_and_forgotten(world: World) -> None:
    made = SavedView.model_validate_json(world.program.post("/api/v1/views", json=VIEW).content, strict=True)
    assert (made.name, made.query, made.columns) == ("failures", "state=failed", ["pipeline", "error"])
    changed = world.program.put(f"/api/v1/views/{made.id}", json={**VIEW, "name": "bad ones"})
    assert changed.json()["name"] == "bad ones"
    listed = SavedViewList.model_validate_json(world.program.get("/api/v1/views").content, strict=True)
    assert [view.name for view in listed.items] == ["bad ones"]
    assert world.program.delete(f"/api/v1/views/{made.id}").status_code == 204
    assert world.program.get("/api/v1/views").json() == {"items": []}


def test_names_differ(world: World) -> None:
    world.program.post("/api/v1/views", json=VIEW)
    other = world.program.post("/api/v1/views", json={**VIEW, "name": "other"}).json()["id"]
    problem(world.program.post("/api/v1/views", json=VIEW), 409, "name_taken")
    problem(world.program.put(f"/api/v1/views/{other}", json=VIEW), 409, "name_taken")


@pytest.mark.parametrize("view", ["7", "0", "-1", "x", "1e3", "9" * 30])
def test_what_is_no_view_is_not_changed(world: World, view: str) -> None:
    for method in ("PUT", "DELETE"):
        answer = world.program.request(method, f"/api/v1/views/{view}", json=VIEW if method == "PUT" else None)
        problem(answer, 404 if view == "7" else 422)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": " "}, {"name": "x" * 81}, {"query": "x" * 4001}, {"columns": ["x"] * 41}, {"a": 1},
              {"name": "\x00"}, {"columns": ["x" * 81]}]
)  # fmt: skip
def test_views_that_cant_be_kept_are_refused(world: World, wrong: dict[str, object]) -> None:
    problem(world.program.post("/api/v1/views", json={**VIEW, **wrong}), 422)


def test_it_is_told_what_runs_here(world: World) -> None:
    told = About.model_validate_json(world.program.get("/api/v1/about").content, strict=True)
    assert (told.version, told.project, told.engine_alive, told.workers) == (__version__, "shop", False, None)
    with world.database.write() as connection:
        engine = instances.register(connection, "engine", time.time(), workers=3)
        instances.register(connection, "terminal", time.time(), workers=5)
    told = About.model_validate_json(world.program.get("/api/v1/about").content, strict=True)
    assert (told.engine_alive, told.workers) == (True, 3)
    with world.database.write() as connection:
        instances.gone(connection, engine, time.time())
    assert not world.program.get("/api/v1/about").json()["engine_alive"]


def test_health_is_told_to_anybody_and_nothing_more(world: World) -> None:
    assert world.visitor.get("/health").json() == {"status": "ok"}
    assert world.visitor.head("/health").status_code == 200
