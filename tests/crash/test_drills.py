"""A share of drills 2 to 10, in their short forms. What they measure is printed by `make drill`, and not held here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash import clock, damage, disk, drain, locked, loss, memory, messages, time_outs, two_engines
from tests.crash.drills import all_drills
from tests.crash.outcome import Outcome
from tests.crash.postgres import own_database
from tests.postgres import postgres_server  # noqa: F401  a fixture

pytestmark = pytest.mark.drill


def held(outcome: Outcome) -> None:
    """The laws hold; a loaded machine may be slower than what is asked of a quiet one."""
    assert [law for law in outcome.broken if "are asked" not in law] == []


@pytest.fixture
def address(postgres_server: str) -> Iterator[str]:  # noqa: F811
    with own_database() as made:
        yield made


def test_another_engine_goes_on_for_one_that_is_killed(tmp_path: Path, address: str) -> None:
    held(two_engines.kill_one(tmp_path, 1, address))


def test_an_engine_that_was_frozen_writes_nothing(tmp_path: Path) -> None:
    held(two_engines.freeze_one(tmp_path, 1, hurry=True))


def test_the_agent_of_a_frozen_engine_ends_what_another_has(tmp_path: Path) -> None:
    held(two_engines.freeze_without_agent(tmp_path, 1))


def test_tasks_that_are_out_of_time_end_with_all_that_they_started(tmp_path: Path) -> None:
    held(time_outs.time_outs(tmp_path))


def test_tasks_that_are_cancelled_end_with_all_that_they_started(tmp_path: Path) -> None:
    held(time_outs.cancelled(tmp_path))


def test_a_task_that_takes_too_much_memory_ends_alone(tmp_path: Path) -> None:
    held(memory.out_of_memory(tmp_path))


def test_work_goes_on_when_there_is_room_again(tmp_path: Path) -> None:
    try:
        outcome = disk.full(tmp_path, "everything")
    except PermissionError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    held(outcome)


def test_work_goes_on_when_the_database_was_held(tmp_path: Path) -> None:
    held(locked.held(tmp_path, 1, 3.0))


def test_work_goes_on_while_connections_are_cut(tmp_path: Path, address: str) -> None:
    held(locked.cut(tmp_path, 1, 4.0))


def test_the_clock_may_be_set(tmp_path: Path) -> None:
    held(clock.moved(tmp_path, 1))


def test_messages_may_come_twice_late_and_in_disorder(tmp_path: Path) -> None:
    held(messages.disturbed(tmp_path, 3))


def test_what_is_damaged_is_told_and_made_again(tmp_path: Path) -> None:
    held(damage.damaged(tmp_path, "flipped", "table"))


@pytest.mark.parametrize("victim", ["worker", "engine"])
def test_a_loss_is_seen(tmp_path: Path, victim: str) -> None:
    held(loss.seen(tmp_path, victim))  # type: ignore[arg-type]


def test_everything_may_be_asked_to_end_under_load(tmp_path: Path) -> None:
    held(drain.drained(tmp_path, 1, runs=4))


def test_everything_may_be_killed_under_load(tmp_path: Path) -> None:
    held(drain.killed(tmp_path, 1, runs=4))


def test_every_drill_of_the_issue_is_there() -> None:
    assert {one.number for one in all_drills()} == set(range(1, 12))
