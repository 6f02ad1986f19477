"""Ctrl-C once, twice, too early, and where nobody wants to hear of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from penstock.cli.signals import Signals, interruptible
from penstock.worker.interrupts import Stopped


class Handle:
    """Writes down what was asked of a run."""

    def __init__(self, *, over: bool = False) -> None:
        self.asked: list[str] = []
        self.over = over
        self.waits_for: str | None = None

    def cancel(self) -> None:
        self.asked.append("cancel")

    def kill(self) -> None:
        self.asked.append("kill")

    def wait(self, timeout: float | None = None) -> bool:
        return self.over


@pytest.fixture(autouse=True)
def same_handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    assert {number: signal.getsignal(number) for number in before} == before


def _send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_once_cancels_twice_kills_and_the_first_gives_the_code(number: int, code: int) -> None:
    handle: Any = Handle()
    with Signals() as signals:
        signals.handle = handle
        assert signals.exit_code is None
        _send(number)
        assert handle.asked == ["cancel"]
        _send(signal.SIGINT)
    assert handle.asked == ["cancel", "kill"]
    assert signals.exit_code == code
    assert signals.asked == 2


def test_who_interrupts_a_start_is_told_so_and_everything_is_closed() -> None:
    said: list[str] = []

    def work(signals: Signals, stack: ExitStack) -> int:
        with signals.held():
            _send(signal.SIGTERM)
            stack.callback(said.append, "closed")
            said.append("made")
        return 0

    assert interruptible(work) == 143
    assert said == ["made", "closed"]


def test_before_there_is_a_run_a_signal_ends_the_program() -> None:
    with Signals() as signals, pytest.raises(KeyboardInterrupt):
        _send(signal.SIGTERM)
    assert signals.exit_code == 143


def test_while_a_run_is_being_started_signals_wait() -> None:
    handle: Any = Handle()
    with Signals() as signals:
        with signals.held():
            _send(signal.SIGINT)
            assert handle.asked == []
            signals.handle = handle
        assert handle.asked == ["cancel"]


def test_a_run_that_could_not_be_started_is_interrupted_like_any_program() -> None:
    with Signals() as signals, pytest.raises(KeyboardInterrupt), signals.held():
        _send(signal.SIGINT)


def test_a_task_in_this_thread_is_interrupted() -> None:
    handle: Any = Handle()
    with Signals() as signals:
        signals.handle, signals.interrupts = handle, lambda: True
        with pytest.raises(Stopped):
            _send(signal.SIGINT)
        handle.over = True
        _send(signal.SIGINT)
    assert handle.asked == ["cancel", "kill"]


def test_what_was_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Signals() as signals:
            _send(signal.SIGHUP)
        assert signals.asked == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_run_that_waits_for_a_limit_has_no_task_to_interrupt() -> None:
    handle: Any = Handle()
    handle.waits_for = "1 of 1 runs of 'flow' are running"
    with Signals() as signals:
        signals.handle, signals.interrupts = handle, lambda: True
        _send(signal.SIGINT)
        assert handle.asked == ["cancel"]
        handle.waits_for = None
        with pytest.raises(KeyboardInterrupt):
            _send(signal.SIGINT)


def test_what_a_task_forks_in_this_process_ends_as_usual() -> None:
    handle: Any = Handle()
    with Signals() as signals:
        signals.handle = handle
        child = os.fork()
        if child == 0:
            _send(signal.SIGTERM)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGTERM
    assert handle.asked == []
