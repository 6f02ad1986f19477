"""The recorder's work: read the spool, tell the store, until the run is over."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from penstock.errors import StoreBusy, TransitionError
from penstock.integrations.kedro import spool
from penstock.integrations.kedro.recorder import endings
from penstock.integrations.kedro.recorder.code import code_facts
from penstock.integrations.kedro.recorder.keeper import Keeper
from penstock.integrations.kedro.recorder.reading import Line, Reader
from penstock.integrations.kedro.recorder.source import Source
from penstock.integrations.kedro.recorder.tale import Tale
from penstock.model.states import TERMINAL_RUN
from penstock.store.commands import Command

#: Seconds between two looks into the spool while there is something new, and at most.
LOOK: Final = 0.05
REST: Final = 0.2
#: Seconds between commits, between looks for wishes, between samples, between beats.
COMMIT: Final = 0.1
WISHES: Final = 0.5
SAMPLE: Final = 1.0
BEAT: Final = 3.0


class Lock:
    """Held by the one that reads a spool; the kernel gives it back when that is gone."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / spool.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> bool:
        """Become the one. False when another process is it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Give it back."""
        os.close(self._descriptor)


class Recorder:
    """Keeps the record of one run. `over` is called with the run once its end is in the store."""

    def __init__(
        self, folder: Path, keeper: Keeper, logs: Path, *, log_limit: int, over: Callable[[Tale], None] | None = None
    ) -> None:
        self._folder = folder
        self._keeper = keeper
        self._reader = Reader(folder)
        self._source = Source(self._reader.head)
        facts = code_facts(Path(self._reader.head["project"]))
        self._tale = Tale(self._reader.head, logs, facts, log_limit)
        self._over = over
        self._passed: set[int] = set()

    def work(self) -> None:
        """Tell the run to its end, then remove the spool; nothing where somebody else has the run.

        Raises PenstockError; then the spool stays.
        """
        if self._keeper.may_begin(self._tale):
            self._tell()
            if self._over is not None:
                self._over(self._tale)
        elif not self._keeper.is_over(self._tale):
            return
        shutil.rmtree(self._folder, ignore_errors=True)

    def _tell(self) -> None:
        tale = self._tale
        due = dict.fromkeys((COMMIT, WISHES, SAMPLE, BEAT), 0.0)
        due[SAMPLE] = time.monotonic() + SAMPLE
        rest = LOOK
        last, seen = tale.view.created_at, False
        while not tale.over:
            # Asked before the spool is read: what a process wrote before it went is there then.
            gone = not self._source.alive
            lines = self._reader.lines()
            self._take(lines)
            last = max([last, *(line.at for line in lines)])
            if gone and not tale.over:
                # Nobody knows when, if it was so from the start.
                self._vanish(time.time() if seen else last)
            seen = True
            if tale.over:
                tale.close_logs()
            now = time.monotonic()
            if due[SAMPLE] <= now and not tale.over:
                due[SAMPLE] = now + SAMPLE
                self._sample()
            if due[COMMIT] <= now or tale.over:
                due[COMMIT] = now + COMMIT
                self._keeper.commit(tale)
            if due[WISHES] <= now and not tale.over:
                due[WISHES] = now + WISHES
                self._heed(due, now)
            rest = LOOK if lines else min(rest * 1.1, REST)
            if not tale.over:
                time.sleep(rest)

    def _take(self, lines: list[Line]) -> None:
        tale = self._tale
        last = next((at for at, line in enumerate(lines) if line.kind in ("end", "error", "exit")), None)
        if last is None:
            tale.take(lines)
            return
        # Kedro's last word comes after all others, also after what the clock of another process puts later.
        end = lines.pop(last)
        tale.take(lines)
        if end.kind == "end":
            endings.end_well(tale, end.at)
        elif end.kind == "error":
            endings.end_failed(tale, end.at, end.rest[0])
        elif end.rest[0] or self._reader.was_interrupted():
            endings.end_cancelled(tale, end.at)
        else:
            endings.end_interrupted(tale, end.at, endings.LEFT)

    def _vanish(self, at: float) -> None:
        if self._reader.was_interrupted():
            endings.end_cancelled(self._tale, at)
        else:
            endings.end_interrupted(self._tale, at, endings.GONE)

    def _sample(self) -> None:
        at = time.time()
        for pid in {step.pid for step in self._tale.running()}:
            self._tale.sample(pid, at, *self._source.footprint(pid))

    def _heed(self, due: dict[float, float], now: float) -> None:
        try:
            for wish in self._keeper.wishes():
                if wish.id not in self._passed:
                    self._passed.add(wish.id)
                    self._answer(wish)
            if due[BEAT] <= now:
                due[BEAT] = now + BEAT
                self._keeper.beat()
        except StoreBusy:
            pass  # the next look may find it well

    def _answer(self, wish: Command) -> None:
        """Cancel by what Ctrl-C sends; whatever else is asked, only Kedro could do."""
        tale, at = self._tale, time.time()
        if wish.kind != "cancel":
            why = {
                "code": "not_supported_yet", "detail": f"Kedro runs this, and can't {wish.kind} a run",
                "cure": "`penstock run` of the project can do more",
            }  # fmt: skip
            tale.out.answer(wish.id, wish.run_key, "refused", why, at)
        elif tale.view.state in TERMINAL_RUN:
            told = {"code": TransitionError.code, "detail": "the run was over before"}
            tale.out.answer(wish.id, wish.run_key, "refused", told, at)
        elif self._source.known:
            # On record before it is done: from now on nothing that Kedro says makes a success of it.
            endings.begin_to_cancel(tale, at)
            tale.out.answer(wish.id, wish.run_key, "applied", {"state": tale.view.state}, at)
            self._keeper.commit(tale)
            self._source.interrupt(hard=bool(wish.arguments.get("force")))
        else:
            detail = "the process of Kedro can't be told for sure from others, so it is left alone"
            tale.out.answer(wish.id, wish.run_key, "refused", {"code": TransitionError.code, "detail": detail}, at)
