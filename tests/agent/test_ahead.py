"""Tokens: who reads one decides, worker or agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.agent.ahead import MOST, Ahead
from penstock.worker.main import Tokens


class Waiting:
    """An attempt, as far as it matters here."""

    def __init__(self, name: str) -> None:
        self.assignment = [name]


@pytest.fixture
def ahead() -> Iterator[Ahead]:
    made = Ahead()
    yield made
    made.close()


def add(ahead: Ahead, *names: str) -> list[Any]:
    attempts: list[Any] = [Waiting(name) for name in names]
    messages = ahead.add(attempts)
    assert [message[2] for message in messages] == [[name] for name in names]
    return [message[1] for message in messages]


def names(attempts: Any) -> list[str]:
    return [attempt.assignment[0] for attempt in attempts]


def test_what_is_not_begun_comes_back_in_order(ahead: Ahead) -> None:
    numbers, tokens = add(ahead, "a", "b", "c"), Tokens(ahead.end)
    assert tokens.claim(numbers[0])
    recalled, at_none = ahead.recall()
    assert (names(recalled), at_none) == (["b", "c"], False)
    assert names(ahead.waiting) == ["a"]
    assert not tokens.claim(numbers[1])
    assert ahead.stale


def test_an_attempt_that_the_worker_is_taken_to_be_at_may_not_be_begun(ahead: Ahead) -> None:
    numbers, tokens = add(ahead, "a", "b"), Tokens(ahead.end)
    ahead.waiting.popleft()
    recalled, at_none = ahead.recall()
    assert (names(recalled), at_none) == (["b"], True)
    assert not any(map(tokens.claim, numbers))


def test_nothing_to_recall_leaves_it_fresh(ahead: Ahead) -> None:
    assert ahead.recall() == ([], False)
    assert not ahead.stale


def test_abandon_gives_all(ahead: Ahead) -> None:
    numbers, tokens = add(ahead, "a", "b"), Tokens(ahead.end)
    assert names(ahead.abandon()) == ["a", "b"]
    assert not any(map(tokens.claim, numbers))
    assert ahead.recall() == ([], False)


def test_disorder_is_found_out(ahead: Ahead) -> None:
    add(ahead, "a")
    with pytest.raises(RuntimeError):
        Tokens(ahead.end).claim(77)


@given(st.lists(st.sampled_from(["add", "claim", "recall"]), max_size=300))
def test_every_attempt_is_begun_or_comes_back_and_never_both(steps: list[str]) -> None:
    ahead = Ahead()
    tokens = Tokens(ahead.end)
    inbox: list[tuple[int, str]] = []
    begun: list[str] = []
    back: list[str] = []
    made = 0
    try:
        for step in steps:
            if step == "add" and len(ahead.waiting) < MOST and not ahead.stale:
                inbox += zip(add(ahead, str(made)), [str(made)], strict=True)
                made += 1
            elif step == "claim" and inbox:
                number, name = inbox.pop(0)
                if tokens.claim(number):
                    begun.append(name)
            elif step == "recall":
                recalled, _ = ahead.recall()
                back += names(recalled)
                ahead.waiting.clear()
                # A worker passes over what it has no token for, before it says anything again.
                assert not any(tokens.claim(number) for number, _ in inbox)
                inbox.clear()
                ahead.stale = False
        left = names(ahead.abandon())
        assert not set(begun) & set(back)
        assert sorted([*begun, *back, *(name for name in left if name not in begun)], key=int) == list(
            map(str, range(made))
        )
    finally:
        ahead.close()
