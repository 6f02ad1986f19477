"""A share of the simulator's histories, and those that went wrong once. `python -m tests.simulation` lives more."""

from __future__ import annotations

import pytest

from tests.simulation.history import Broken, History
from tests.simulation.kept import kept_seeds

#: Histories of a test; one takes about seven milliseconds.
SHARE = 300


@pytest.mark.parametrize("seed", kept_seeds())
def test_what_went_wrong_once_goes_well(seed: int) -> None:
    _live(seed)


@pytest.mark.parametrize(
    "start", [0, SHARE, *(pytest.param(start, marks=pytest.mark.drill) for start in (2 * SHARE, 3 * SHARE))]
)
def test_the_laws_hold_in_every_history(start: int) -> None:
    for seed in range(start, start + SHARE):
        _live(seed)


def _live_all(count: int) -> None:
    for seed in range(count):
        History(seed).run()


def _live(seed: int) -> None:
    try:
        History(seed).run()
    except Exception as error:
        pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")


def test_a_history_is_the_same_whenever_it_is_lived() -> None:
    first, second = History(7), History(7)
    first.run()
    second.run()
    assert first.world.ledger.record() == second.world.ledger.record()


def test_a_rule_that_forgets_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator finds an engine that leaves what is due undone."""
    monkeypatch.setattr("penstock.engine.decide.RULES", _without("queue_due_retries"))
    with pytest.raises(Broken, match="never over"):
        _live_all(100)


def test_an_engine_that_writes_what_is_not_its_own_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The laws depend on the fence: without it, one that was taken for dead spoils the record."""
    from tests.simulation import ledger

    monkeypatch.setitem(ledger._APPLY, "fences", lambda *_: None)
    with pytest.raises(Exception):  # noqa: B017, PT011  a law, or a row that is not as it was expected
        _live_all(400)


def _without(name: str) -> tuple[object, ...]:
    from penstock.engine import decide

    return tuple(rule for rule in decide.RULES if rule.__name__ != name)
