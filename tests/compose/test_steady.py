"""A thread that goes on, whatever goes wrong with one turn."""

from __future__ import annotations

import logging
import threading

import pytest

from penstock.compose.steady import Steady
from penstock.errors import StoreBusy

log = logging.getLogger("penstock.test_steady")


@pytest.mark.parametrize(
    ("error", "quiet", "told"),
    [
        (StoreBusy("another program holds it"), False, "it can't be done, trying again: another program holds it"),
        (StoreBusy("another program holds it"), True, None),
        (ZeroDivisionError("ours"), True, "it can't be done, trying again"),
    ],
)
def test_a_turn_that_fails_is_told_and_the_next_one_comes(
    error: Exception, quiet: bool, told: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    turns, again = [], threading.Event()

    def turn() -> None:
        turns.append(1)
        if len(turns) == 1:
            raise error
        again.set()
        steady.closed.wait()

    steady = Steady("steady", turn, "it can't be done", log, pause=0.001, quiet=quiet)
    steady.start()
    assert again.wait(30)
    steady.closed.set()
    steady.join()
    assert [one.getMessage() for one in caplog.records] == ([told] if told else [])


def test_it_ends_in_the_middle_of_a_pause_and_where_it_never_began() -> None:
    failed = threading.Event()

    def turn() -> None:
        failed.set()
        raise StoreBusy

    steady = Steady("steady", turn, "it can't be done", log, pause=3600.0, quiet=True)
    Steady("never begun", turn, "", log).join()
    steady.start()
    assert failed.wait(30)
    steady.closed.set()
    steady.join()
