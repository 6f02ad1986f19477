from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from penstock.agent import timers
from penstock.agent.timers import Timers


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(now=100.0, monotonic=lambda: made.now)
    monkeypatch.setattr(timers, "time", made)
    return made


def test_calls_are_made_in_order_when_they_are_due(clock: SimpleNamespace) -> None:
    made, called = Timers(lambda _: False), []
    made.after(2.0, called.append, "second")
    made.after(1.0, called.append, "first")
    made.after(1.0, called.append, "with it")
    assert made.patience() == 1.0
    made.fire()
    assert called == []
    clock.now += 1.0
    assert made.patience() == 0.0
    made.fire()
    assert called == ["first", "with it"]
    clock.now += 5.0
    made.fire()
    assert called == ["first", "with it", "second"]
    assert made.patience() is None


def test_a_call_may_set_another(clock: SimpleNamespace) -> None:
    made = Timers(lambda _: False)
    seen: list[Any] = []

    def again(fact: int) -> None:
        seen.append(fact)
        if fact:
            made.after(0.0, again, fact - 1)

    made.after(0.0, again, 3)
    made.fire()
    assert seen == [3, 2, 1, 0]


def test_what_became_stale_is_not_called_and_does_not_pile_up(clock: SimpleNamespace) -> None:
    made = Timers(lambda fact: fact["over"])
    called: list[Any] = []
    for at in range(10_000):
        made.after(3600.0, called.append, {"over": at != 7})
    assert len(made._heap) < 2_100
    clock.now += 3601
    made.fire()
    assert called == [{"over": False}]


def test_nobody_wakes_for_what_became_stale(clock: SimpleNamespace) -> None:
    made = Timers(lambda fact: fact["over"])
    soon, late = {"over": False}, {"over": False}
    made.after(1.0, lambda _: None, soon)
    made.after(5.0, lambda _: None, late)
    assert made.patience() == 1.0
    soon["over"] = True
    assert made.patience() == 5.0
    late["over"] = True
    assert made.patience() is None
