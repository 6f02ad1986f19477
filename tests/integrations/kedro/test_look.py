"""A project is looked into by the workers that run it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.authoring import discovery
from penstock.integrations.kedro.look import Look
from penstock.ports.executor import Assignment, Ended
from tests.integrations.kedro.written import User, states, write_project

REGISTRY = """
    from kedro.pipeline import Pipeline, node

    def make(number):
        return number

    def register_pipelines():
        return {"__default__": Pipeline([node(make, "params:number", "made", name="make")])}
"""
#: Tells of each time that the project is opened, and by whom.
SETTINGS = """
    import os
    from pathlib import Path
    from kedro.framework.hooks import hook_impl

    class Tells:
        @hook_impl
        def after_context_created(self, context):
            with open(Path(context.project_path, "opened"), "a") as file:
                print(os.getpid(), file=file)

    HOOKS = (Tells(),)
"""


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def opened_by(project: Path) -> list[str]:
    return (project / "opened").read_text().split()


def test_the_worker_that_looked_has_the_project_open_for_the_run(user: User, tmp_path: Path) -> None:
    project = write_project(tmp_path, REGISTRY, settings=SETTINGS, parameters="number: 1")
    assert states(user.runs("small", "--workers", "1")) == {"make": "succeeded"}
    assert len(opened_by(project)) == 1


def test_a_run_with_other_params_or_environment_opens_its_own(user: User, tmp_path: Path) -> None:
    project = write_project(tmp_path, REGISTRY, settings=SETTINGS, parameters="number: 1")
    document = user.runs("small", "--workers", "1", "-p", "number=2", "--env", "local")
    assert document["params"] == {"number": 2}
    pids = opened_by(project)
    assert len(pids) == 2
    assert len(set(pids)) == 1


def test_a_project_that_ends_the_process_is_told_with_its_last_words(user: User, tmp_path: Path) -> None:
    write_project(tmp_path, "import os\nprint('no licence', flush=True)\nos._exit(3)\n")
    told = user.refused("small")
    assert "opening this project ended the process" in told
    assert "no licence" in told


def test_nothing_of_a_look_is_left(user: User, tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    user.env["TMPDIR"] = str(place)
    write_project(tmp_path, REGISTRY, parameters="number: 1")
    user.runs("small")
    assert list(place.iterdir()) == []


class Slow:
    """As much of an executor as a look needs: it has nothing to report before that takes long."""

    def __init__(self) -> None:
        self.waits: list[float | None] = []

    def prepare(self, run: Any) -> None: ...

    def forget(self, run_id: str) -> None: ...

    def dispatch(self, batch: list[Assignment]) -> None:
        self.key = batch[0].key

    def poll(self, timeout: float | None) -> list[Ended]:
        self.waits.append(timeout)
        if timeout is not None:
            return []
        return [Ended(self.key, "failed", "timeout", [], None, None, None, None, 0.0, None)]


def test_a_project_that_takes_long_to_open_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "SLOW_WITH_PROJECTS", 0.0)
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.kedro]")
    told: list[tuple[Path, bool]] = []
    executor: Any = Slow()
    (found,) = Look(executor, project, None, None).result(lambda file, left: told.append((file, left > 0)))
    assert told == [(project, True)]
    assert executor.waits == [None]
    assert "took more than 180 s" in str(found.error)
