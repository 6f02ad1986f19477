"""What can be asked of a run in which of its states, and what is told where it can't."""

from __future__ import annotations

import pytest

from penstock.model.commands import KINDS, refusal
from penstock.model.states import RUN_STATES


@pytest.mark.parametrize("state", RUN_STATES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_says_why_and_what_helps(kind: str, state: str) -> None:
    told = refusal(kind, state)
    if state in KINDS[kind].allowed:
        assert told is None
    else:
        assert told is not None
        why, cure = told
        assert why.startswith("the run is ")
        assert cure


@pytest.mark.parametrize(
    ("kind", "state", "cure"),
    [
        ("retry", "running", "cancel it, or wait for its end"),
        ("retry", "cancelling", "wait for its end"),
        ("pause", "queued", "wait until it has begun, or cancel it"),
        ("pause", "succeeded", "replay it to run it again"),
        ("cancel", "failed", "retry or replay it to run it again"),
        ("resume", "running", "it goes on already"),
    ],
)
def test_what_helps_fits_the_state(kind: str, state: str, cure: str) -> None:
    told = refusal(kind, state)
    assert told is not None
    assert told[1] == cure
