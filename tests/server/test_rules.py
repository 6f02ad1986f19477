"""What the page offers by its table is what the API takes, in every state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.model.spec import PipelineSpec, TaskSpec
from penstock.model.states import RUN_STATES, TASK_STATES, TERMINAL_RUN, TERMINAL_TASK
from penstock.server import acting
from penstock.server.rules import rules, text
from penstock.store.rows import Commit
from tests.server.world import World
from tests.store import made

FILE = Path(__file__).parents[2] / "ui/src/wire/rules.json"
BODIES: dict[str, Any] = {
    "approve": {"decision": "approve"}, "breakpoints": {"set": ["task0"]}, "cancel": {}, "force-run": None, "pause": {},
    "replay": {}, "resume": {}, "retry-from": {"task": "raw"}, "delete": {},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "PATIENCE", 0.0)


def test_the_committed_file_is_what_the_tables_say() -> None:
    said = "it is not: `python -m penstock.server.rules > ui/src/wire/rules.json`"
    assert FILE.read_text(encoding="utf-8") == text(), said


def ask(world: World, identity: str, action: str, body: Any) -> bool:
    """Was it taken?"""
    answer = world.program.post(f"/api/v1/runs/{identity}/actions/{action}", json=body)
    assert answer.status_code in (200, 202, 409), answer.text
    return bool(answer.status_code < 300)


@pytest.mark.parametrize("state", RUN_STATES)
def test_an_action_is_taken_in_the_states_of_its_row(world: World, state: str) -> None:
    world.define(PipelineSpec("flights", tasks={"raw": TaskSpec("raw")}))
    for at, (action, body) in enumerate(BODIES.items()):
        identity = world.run(at, state=state, version="v1")
        taken = ask(world, identity, action.removesuffix("-from"), body)
        assert taken == (state in rules()["actions"][action]), action


@pytest.mark.parametrize("state", RUN_STATES)
def test_a_run_is_set_to_the_states_of_its_row(world: World, state: str) -> None:
    for at, to in enumerate(("succeeded", "warning", "failed", "cancelled", "skipped")):
        over = made.AT + 9 if state in TERMINAL_RUN else None
        taken = ask(world, world.run(at, state=state, ended_at=over), "set-state", {"state": to})
        # Of a run that goes on its engine refuses what names no task.
        assert (taken and over is not None) == (to in rules()["set_run"][state]), to


@pytest.mark.parametrize("state", sorted(TERMINAL_RUN))
def test_a_task_of_a_run_that_is_over_is_set_to_the_states_of_its_row(world: World, state: str) -> None:
    for at, task in enumerate(one for one in TASK_STATES if one in TERMINAL_TASK):
        for place, to in enumerate(("succeeded", "warning", "failed", "skipped", "cancelled")):
            key = made.key_at(at * 10 + place)
            run = made.run(key=key, state=state, ended_at=made.AT + 9)
            row = made.task_run(key=key, state=task, ended_at=made.AT + 5)
            world.write(Commit(versions=made.first_commit().versions, new_runs=[run], new_task_runs=[row]))
            taken = ask(world, run.id, "set-state", {"task": "task0", "state": to})
            assert taken == (to in rules()["set_task"][state][task]), (task, to)
