"""When what the engine knows becomes durable: one commit at a time, gathered for a few milliseconds."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from penstock.engine.outbox import Outbox
from penstock.engine.record import take_commit
from penstock.engine.view import RunView, TaskRun
from penstock.errors import DiskFull, Fenced, PenstockError, StoreBusy, StoreLost
from penstock.store.rows import Commit, SlotAsk, without
from penstock.store.writer import Writer

#: A commit of one row costs about as much as one of fifty (0.25 ms of fsync), so changes wait this long (seconds)
#: for company, unless a run ends or its durability is strict. A crash in this window makes work again, never twice
#: on record.
GATHER: Final = 0.02
#: Seconds that the word of a commit lies there for which nothing waits. In what is told meanwhile it is found anyway:
#: an engine of long tasks wakes once for each, not twice.
LEISURE: Final = 0.5
#: A disk that is full, or a database that is locked, is tried again after this many seconds, this many times.
TRY_AGAIN: Final = 1.0
TRIES: Final[dict[type[BaseException], int]] = {DiskFull: 5, StoreBusy: 10, StoreLost: 10}


class _Sent(NamedTuple):
    commit: Commit
    views: list[RunView]
    over: list[RunView]
    held: list[TaskRun]
    taken: int


class Journal:
    """Hands commits to the writer, one at a time, and learns what became of them. One that is `patient` tries for ever
    what may go well the next time.
    """

    def __init__(
        self,
        out: Outbox,
        writer: Writer,
        owner: int,
        wake: Callable[[], None],
        *,
        patient: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patient = patient
        self._monotonic = monotonic
        self._out = out
        self._writer = writer
        self._owner = owner
        self._wake = wake
        self._versions: set[tuple[str, str, str]] = set()
        self._sent: _Sent | None = None
        self._sent_at = 0.0
        self._again_at: float | None = None
        self._tries = 0
        self._answers: deque[BaseException | None] = deque()
        self._waiting = threading.Event()
        self._finished: list[RunView] = []
        self._refused: list[tuple[RunView, PenstockError]] = []
        self._full = False
        self._released: list[TaskRun] = []
        self._asked: list[tuple[list[SlotAsk], list[SlotAsk]]] = []
        #: All that came of reports up to this number (ports.executor.Lasting) is on record, or never will be.
        self.durable = 0

    def answer(self, error: BaseException | None) -> None:
        """The writer's word on the last commit (called in its thread)."""
        self._answers.append(error)
        if error is not None or self._waiting.is_set():
            self._wake()

    def flush(self, *, urgent: bool, taken: int = 0) -> None:
        """Send what is dirty, if the writer is free and it is time. `taken`: the reports that it came of."""
        self._take_answers()
        if self._sent is not None:
            if self._again_at is not None and self._monotonic() >= self._again_at:
                self._again_at = None
                self._writer.submit(self._sent.commit, self.answer)
            return
        if not self._out.dirty:
            self.durable = taken
        elif urgent or self._out.held or self._out.slot_asks or self._monotonic() - self._sent_at >= GATHER:
            self._send(taken)

    def _send(self, taken: int) -> None:
        held, self._out.held = self._out.held, []
        over, self._out.over = self._out.over, []
        commit, views = take_commit(self._out, self._owner, self._versions)
        self._sent = _Sent(commit, views, over, held, taken)
        self._sent_at = self._monotonic()
        self._writer.submit(commit, self.answer)

    def _take_answers(self) -> None:
        while self._answers:
            error = self._answers.popleft()
            sent = self._sent
            if sent is None:
                continue
            if error is not None and self._may_try_again(error):
                self._again_at = self._monotonic() + TRY_AGAIN
                self._full = self._full or isinstance(error, DiskFull)
                return
            self._tries = 0
            if isinstance(error, Fenced) and self._send_the_rest(sent, error):
                return
            self._sent = None
            self.durable = sent.taken
            if error is not None:
                failure = _as_penstock(error)
                self._refused.extend((view, failure) for view in sent.views)
                continue
            if sent.commit.slot_asks:
                self._asked.append((sent.commit.slot_asks, sent.commit.granted))
            self._finished.extend(sent.over)
            self._released.extend(sent.held)

    def _send_the_rest(self, sent: _Sent, error: Fenced) -> bool:
        """A run belongs to others now: the others of the commit are none the worse for it. False: there are none."""
        key = error.facts.get("run_key")
        views = [view for view in sent.views if view.key != key]
        if key is None or not views or len(views) == len(sent.views):
            return False
        self._refused.extend((view, error) for view in sent.views if view.key == key)
        over = [view for view in sent.over if view.key != key]
        held = [run for run in sent.held if run.run.key != key]
        self._sent = _Sent(without(sent.commit, key), views, over, held, sent.taken)
        self._writer.submit(self._sent.commit, self.answer)
        return True

    def _may_try_again(self, error: BaseException) -> bool:
        self._tries += 1
        return type(error) in TRIES and (self._patient or self._tries <= TRIES[type(error)])

    def patience(self) -> float | None:
        """Seconds that the engine may sleep before `flush` must be asked again; None: for ever."""
        if self._released or self._asked:
            return 0.0  # an answer came after they were asked for, and wakes nobody any more
        sent = self._sent
        if self._again_at is not None:
            return max(0.0, self._again_at - self._monotonic())
        if sent is not None and (sent.over or sent.held or sent.commit.slot_asks or self._out.dirty):
            self._waiting.set()
            return 0.0 if self._answers else None
        self._waiting.clear()
        if sent is not None:
            return LEISURE
        return max(0.0, GATHER - (self._monotonic() - self._sent_at)) if self._out.dirty else None

    def finished(self) -> list[RunView]:
        """Runs whose last state was committed since the last call."""
        done, self._finished = self._finished, []
        return done

    def refused(self) -> list[tuple[RunView, PenstockError]]:
        """Runs whose record can't be kept any more, and why: they belong to others, or nothing can be written."""
        refused, self._refused = self._refused, []
        return refused

    def full(self) -> bool:
        """Was a full disk met since the last call?"""
        full, self._full = self._full, False
        return full

    def released(self) -> list[TaskRun]:
        """Task runs that were held until their cause was committed, which it was since the last call."""
        self._take_answers()
        free, self._released = self._released, []
        return free

    def slots(self) -> list[tuple[list[SlotAsk], list[SlotAsk]]]:
        """What was asked for since the last call, and what of it was granted."""
        asked, self._asked = self._asked, []
        return asked


def _as_penstock(error: BaseException) -> PenstockError:
    if isinstance(error, PenstockError):
        return error
    wrapped = PenstockError(f"a commit failed: {type(error).__name__}: {error}")
    wrapped.__cause__ = error
    return wrapped
