"""The words for states and reasons: the same in types, sets and design."""

from __future__ import annotations

from typing import get_args

import pytest

from penstock.model import states


@pytest.mark.parametrize(
    ("kind", "known", "final"),
    [
        (states.RunState, states.RUN_STATES, states.TERMINAL_RUN),
        (states.TaskState, states.TASK_STATES, states.TERMINAL_TASK),
        (states.AttemptState, states.ATTEMPT_STATES, states.TERMINAL_ATTEMPT),
    ],
)
def test_types_and_tuples_say_the_same_and_final_states_come_last(
    kind: object, known: tuple[str, ...], final: frozenset[str]
) -> None:
    assert get_args(kind) == known
    assert len(set(known)) == len(known)
    assert set(known[-len(final) :]) == final


def test_a_final_state_of_a_run_is_one_of_a_task_run() -> None:
    assert {"upstream_failed"} == states.TERMINAL_TASK - states.TERMINAL_RUN
    assert states.TERMINAL_RUN < states.TERMINAL_TASK


@pytest.mark.parametrize("words", [states.REASONS, states.RUN_TYPES, states.TRIGGER_KINDS])
def test_words_are_plain_and_said_once(words: tuple[str, ...]) -> None:
    assert len(set(words)) == len(words)
    # They are written into SQL, JSON, addresses and file names as they are.
    assert all(word.replace("_", "").isalpha() and word.islower() and word.isascii() for word in words)
