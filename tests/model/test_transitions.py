"""The state machine: every pair of state and event, allowed and not."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from penstock.errors import TransitionError
from penstock.model import diagram, states
from penstock.model.transitions import ATTEMPT, RUN, TABLES, TASK_RUN, Table, step

STATES = {"run": states.RUN_STATES, "task run": states.TASK_STATES, "attempt": states.ATTEMPT_STATES}
FINAL = {"run": states.TERMINAL_RUN, "task run": states.TERMINAL_TASK, "attempt": states.TERMINAL_ATTEMPT}
#: Written out by hand, not taken from the tables.
LEAVES_A_FINAL_STATE = {"run": ("retry", "set_state:"), "task run": ("set_state:", "look_again"), "attempt": ()}
EVENTS = sorted({event for table in TABLES.values() for _, event in table} | {"", "explode"})


@pytest.mark.parametrize("name", TABLES)
def test_every_pair_steps_as_the_table_says_or_raises(name: str) -> None:
    table = TABLES[name]
    allowed = 0
    for state, event in product((*STATES[name], "", "sunk"), EVENTS):
        if (state, event) in table:
            allowed += 1
            assert step(table, state, event) in STATES[name]
        else:
            with pytest.raises(TransitionError, match=f"a {name} that is {state} can't take '{event}'") as caught:
                step(table, state, event)
            assert (caught.value.facts["state"], caught.value.facts["event"]) == (state, event)
    assert allowed == len(table), "the table names a state that does not exist"


@pytest.mark.parametrize("name", TABLES)
def test_a_final_state_is_left_only_by_a_retry_or_a_recorded_decision(name: str) -> None:
    for state, event in TABLES[name]:
        if state in FINAL[name]:
            assert event.startswith(LEAVES_A_FINAL_STATE[name] or ("nothing",)), (state, event)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached_and_every_open_one_can_end(name: str) -> None:
    first = STATES[name][0]
    edges = {(state, to) for (state, _), to in TABLES[name].items()}
    reached = closure({first}, edges)
    assert reached == set(STATES[name])
    back = {(to, state) for state, to in edges}
    assert closure(set(FINAL[name]), back) == set(STATES[name])


def closure(start: set[str], edges: set[tuple[str, str]]) -> set[str]:
    seen = set(start)
    while new := {to for state, to in edges if state in seen} - seen:
        seen |= new
    return seen


@pytest.mark.parametrize(("table", "good"), [(RUN, {"succeeded"}), (TASK_RUN, {"succeeded", "warning", "skipped"})])
def test_what_is_being_cancelled_never_becomes_a_success(table: Table, good: set[str]) -> None:
    assert not {to for (state, _), to in table.items() if state == "cancelling"} & good


def test_a_run_starts_ends_and_is_retried() -> None:
    state = "created"
    for event in ("queue", "start", "pause", "resume", "fail", "retry", "cancel", "settle_cancelled"):
        state = step(RUN, state, event)
    assert state == "cancelled"


def test_a_task_run_is_tried_until_it_succeeds() -> None:
    state = "created"
    for event in ("queue", "start", "retry_later", "queue", "start", "succeed"):
        state = step(TASK_RUN, state, event)
    assert state == "succeeded"


def test_an_attempt_may_end_before_it_was_seen_to_start() -> None:
    assert [step(ATTEMPT, "dispatched", event) for event in ("succeed", "fail", "cancel", "lose")] == [
        "succeeded", "failed", "cancelled", "lost",
    ]  # fmt: skip


def test_the_error_tells_what_is_allowed() -> None:
    with pytest.raises(TransitionError, match="from paused it can take cancel, fail, resume"):
        step(RUN, "paused", "succeed")
    with pytest.raises(TransitionError, match="from lost it can take nothing"):
        step(ATTEMPT, "lost", "succeed")


def test_the_page_about_states_is_written_from_the_tables() -> None:
    written = (Path(__file__).parents[2] / "docs" / "state-machine.md").read_text(encoding="utf-8")
    assert written == diagram.page(), "run `python -m penstock.model.diagram > docs/state-machine.md`"
    for (state, event), to in RUN.items():
        if event.startswith("set_state:"):
            continue
        assert f"`{event}` → {to}" in next(line for line in written.splitlines() if line.strip("| *").startswith(state))
