"""Runs in an environment of a Kedro project: what is asked for is held against the version of that environment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from penstock.model.spec import CodeRef, ParamSpec, PipelineSpec, TaskSpec, to_json
from penstock.server.environments import WAITING
from penstock.store.rows import NewVersion
from penstock.store.write import note_version
from penstock.wire.pipelines import ParamList
from tests.server.world import World, problem
from tests.store import made

ASKED: dict[str, Any] = {"pipeline": "sales", "namespace": "shop"}


def version_of(world: World, env: str, step: int, digest: str = "ab12") -> PipelineSpec:
    """What the project in the world's folder is in an environment."""
    code = CodeRef(
        str(world.folder), "pyproject.toml", "shop", "sales", digest, loader="kedro", options={"env": env, "k": "1.0"}
    )
    step_of = ParamSpec("step", "int", step, max=step * 10)
    return PipelineSpec("sales", "shop", params={"step": step_of}, tasks={"a": TaskSpec("a", kind="kedro")}, code=code)


def note(world: World, spec: PipelineSpec) -> str:
    with world.database.write() as connection:
        note_version(connection, NewVersion("shop", "sales", spec.version, json.dumps(to_json(spec)), made.AT + 1))
    return spec.version


def ask(world: World, **facts: Any) -> Any:
    return world.program.post("/api/v1/runs", json={**ASKED, **facts})


@pytest.fixture
def project(world: World) -> World:
    for name in ("base", "local", "prod", ".hidden"):
        Path(world.folder, "conf", name).mkdir(parents=True)
    world.define(version_of(world, "local", 1))
    return world


def test_the_form_is_told_of_the_environments(project: World) -> None:
    told = project.program.get("/api/v1/pipelines/sales", params={"namespace": "shop"}).json()
    assert (told["environment"], told["environments"]) == ("local", ["local", "prod"])
    project.define(PipelineSpec("sales", "shop"))
    told = project.program.get("/api/v1/pipelines/sales", params={"namespace": "shop"}).json()
    assert (told["environment"], told["environments"]) == (None, [])


@pytest.mark.parametrize(
    ("env", "detail", "cure"),
    [
        ("prd", "no environment 'prd'", "local, prod"),
        ("base", "no environment 'base'", "local, prod"),
        ("../conf/prod", "no environment", "local, prod"),
        ("", "no environment ''", "local, prod"),
    ],
)
def test_an_environment_that_is_not_there_is_refused(project: World, env: str, detail: str, cure: str) -> None:
    told = problem(ask(project, env=env), 422, "usage")
    assert detail in told["detail"]
    assert cure in told["cure"]
    assert [part["where"] for part in told["errors"]] == ["env"]


def test_the_params_of_an_environment_are_told(project: World) -> None:
    prod = note(project, version_of(project, "prod", 7))

    def look(env: str) -> Any:
        return project.program.post(f"/api/v1/pipelines/sales/environments/{env}", params={"namespace": "shop"})

    told = ParamList.model_validate_json(look("prod").content, strict=True)
    assert (told.version, [(one.name, one.default, one.max) for one in told.params]) == (prod, [("step", 7, 70)])
    assert look("local").json()["params"][0]["default"] == 1
    assert "local, prod" in problem(look("prd"), 422, "usage")["cure"]
    problem(project.visitor.post("/api/v1/pipelines/sales/environments/prod"), 403, "cross_origin")


def test_only_kedro_projects_have_environments(world: World) -> None:
    world.define(PipelineSpec("sales", "shop", tasks={"a": TaskSpec("a")}))
    assert "only pipelines of Kedro projects" in problem(ask(world, env="prod"), 422, "usage")["detail"]


def test_a_version_and_another_environment_do_not_go_together(project: World) -> None:
    version = version_of(project, "local", 1).version
    told = problem(ask(project, env="prod", version=version), 422, "usage")
    assert "is of environment 'local'" in told["detail"]
    assert ask(project, env="local", version=version).json()["version"] == version


def test_the_version_of_that_environment_is_run(project: World) -> None:
    prod = note(project, version_of(project, "prod", 7))
    run = ask(project, env="prod").json()
    assert (run["version"], run["params"]) == (prod, {"step": 7})
    assert "step" in problem(ask(project, env="prod", params={"step": 71}), 422)["detail"]
    assert ask(project).json()["params"] == {"step": 1}
    assert ask(project, env="local").json()["params"] == {"step": 1}


def test_a_version_of_other_code_or_another_kedro_is_not_taken(project: World) -> None:
    note(project, version_of(project, "prod", 7, digest="old"))
    other = version_of(project, "prod", 8)
    assert other.code is not None
    note(project, replace(other, code=replace(other.code, options={"env": "prod", "k": "1.1"})))
    # Nothing fits: the project is looked into, and the folder of this test is none.
    told = problem(ask(project, env="prod"), 422, "definition")
    assert "in environment 'prod': " in told["detail"]


def test_more_than_a_few_do_not_wait_for_a_look(project: World) -> None:
    places = project.api.state.service.environments._places
    for _ in range(WAITING):
        assert places.acquire(blocking=False)
    assert "retry-after" in ask(project, env="prod").headers
    assert problem(ask(project, env="prod"), 503, "projects_busy")["cure"] == "ask again in a moment"
    assert ask(project, env="local").status_code == 201


def test_a_replay_of_the_latest_version_keeps_the_environment(project: World) -> None:
    prod = note(project, version_of(project, "prod", 7))
    run = project.run(pipeline="sales", namespace="shop", version=prod, state="failed", ended_at=made.AT, params="{}")
    project.define(version_of(project, "local", 2, digest="new"))
    latest = note(project, version_of(project, "prod", 9, digest="new"))
    replays = [
        project.program.post(f"/api/v1/runs/{run}/actions/replay", json={"version": version}).json()
        for version in ("same", "latest")
    ]
    assert [told["version"] for told in replays] == [prod, latest]
    assert replays[1]["params"] == {"step": 9}
    many = project.program.post("/api/v1/runs/actions/replay", json={"ids": [run], "version": "latest"}).json()
    assert many["applied"] == 1


def test_many_replays_look_into_no_project(project: World) -> None:
    prod = note(project, version_of(project, "prod", 7, digest="old"))
    run = project.run(pipeline="sales", namespace="shop", version=prod, state="failed", ended_at=made.AT, params="{}")
    many = project.program.post("/api/v1/runs/actions/replay", json={"ids": [run], "version": "latest"}).json()
    (told,) = many["results"]
    assert (told["outcome"], told["code"]) == ("refused", "environment_not_known")
    assert "penstock run --env" in told["cure"]


@pytest.mark.parametrize("version", ["same", "latest"])
def test_a_run_of_an_environment_that_is_gone_is_not_repeated(project: World, version: str) -> None:
    prod = note(project, version_of(project, "prod", 7, digest="old"))
    run = project.run(pipeline="sales", namespace="shop", version=prod, state="failed", ended_at=made.AT, params="{}")
    Path(project.folder, "conf", "prod").rmdir()
    asked = project.program.post(f"/api/v1/runs/{run}/actions/replay", json={"version": version})
    told = problem(asked, 422, "definition")
    assert told["detail"] == "environment 'prod', which the run is of, is gone: there is no folder conf/prod/"
    assert told["cure"] == "put it back, or start a new run: environments are local"
    many = project.program.post("/api/v1/runs/actions/replay", json={"ids": [run], "version": version}).json()
    assert [each["outcome"] for each in many["results"]] == ["refused"]
    assert project.program.get("/api/v1/runs", params={"type": "replay"}).json()["items"] == []
