"""Ends attempts that have to end, and watches those that take long: time, memory, use."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from typing import Final

from penstock.agent import trees
from penstock.agent.attempts import Asked, Attempt, out_of_memory, timed_out
from penstock.agent.frames import Message
from penstock.agent.sampling import claimed, footprint
from penstock.agent.timers import Timers

#: Seconds that the import of a task's code may take before its own timeout begins.
LOADING: Final = 300.0
#: Seconds between two looks at the memory of an attempt with a limit.
MEMORY_BEAT: Final = 0.05
#: Seconds between two samples.
SAMPLE_BEAT: Final = 1.0


class Enforcer:
    """Looks after attempts that run."""

    def __init__(self, timers: Timers, report: Callable[[Message], None], is_at: Callable[[Attempt], bool]) -> None:
        self._timers = timers
        self._report = report
        #: Whether a worker is at an attempt, and stays there until its end.
        self._is_at = is_at

    def handed(self, attempt: Attempt, *, loaded: bool) -> None:
        """An attempt was given to a worker, which has its code `loaded`, or will import it first."""
        timeout = attempt.timeout
        if timeout is not None:
            self._due_in(attempt, timeout if loaded else timeout + LOADING)
        if attempt.memory is not None:
            self._timers.after(MEMORY_BEAT, self._weigh, attempt)

    def loaded(self, attempt: Attempt) -> None:
        """The code is there, the task begins."""
        if attempt.timeout is not None:
            self._due_in(attempt, attempt.timeout)

    def _due_in(self, attempt: Attempt, seconds: float) -> None:
        attempt.due = time.monotonic() + seconds
        self._timers.after(seconds, self._time_is_up, attempt)

    def lasting(self, attempt: Attempt) -> None:
        """The attempt takes long enough to be worth samples."""
        self._timers.after(SAMPLE_BEAT, self._sample, attempt)

    def end(self, attempt: Attempt, why: Asked) -> None:
        """SIGTERM to the whole tree, SIGKILL when its grace is over. A second time: SIGKILL at once."""
        if attempt.over or not self._is_at(attempt):
            return
        if attempt.asked is not None or attempt.grace <= 0:
            attempt.asked = attempt.asked or why
            self.kill(attempt)
            return
        attempt.asked = why
        pid = _pid(attempt)
        trees.send([pid, *trees.descendants(pid)], signal.SIGTERM)
        # What stands still hears it when it goes on.
        self.go_on(attempt)
        self._timers.after(attempt.grace, self.kill, attempt)

    def stand_still(self, attempt: Attempt) -> None:
        """SIGSTOP to the whole tree; its time-out stops counting."""
        if not attempt.over and attempt.asked is None and attempt.still_since is None and self._is_at(attempt):
            attempt.still_since = time.monotonic()
            trees.freeze(_pid(attempt))

    def go_on(self, attempt: Attempt) -> None:
        """SIGCONT to the whole tree; its time-out goes on with what was left."""
        if attempt.over or attempt.still_since is None:
            return
        attempt.due += time.monotonic() - attempt.still_since
        attempt.still_since = None
        trees.thaw(_pid(attempt))
        if attempt.timeout is not None:
            self._timers.after(max(0.0, attempt.due - time.monotonic()), self._time_is_up, attempt)

    def kill(self, attempt: Attempt) -> None:
        """SIGKILL to the whole tree."""
        if not attempt.over and not attempt.killed and self._is_at(attempt):
            attempt.killed = True
            trees.kill_tree(_pid(attempt))

    def _time_is_up(self, attempt: Attempt) -> None:
        if attempt.still_since is not None or time.monotonic() < attempt.due:
            return  # it is set anew, or was
        if not attempt.over and attempt.asked is None and attempt.timeout is not None and self._is_at(attempt):
            attempt.note("error", f"its timeout of {attempt.timeout:g} s is over: it is ended")
            self.end(attempt, timed_out(attempt.timeout))

    def _weigh(self, attempt: Attempt) -> None:
        if attempt.over or attempt.killed or attempt.memory is None:
            return
        used = claimed(_pid(attempt), attempt.memory)
        if used > attempt.memory and self._is_at(attempt):
            attempt.asked = attempt.asked or out_of_memory(used, attempt.memory)
            self.kill(attempt)
        else:
            self._timers.after(MEMORY_BEAT, self._weigh, attempt)

    def _sample(self, attempt: Attempt) -> None:
        if attempt.over:
            return
        now = footprint(_pid(attempt))
        before = attempt.before
        attempt.peak = max(attempt.peak, now.rss_bytes)
        self._report(
            [
                "sample",
                attempt.key,
                time.time(),
                max(0.0, now.cpu_seconds - before.cpu_seconds),
                now.rss_bytes,
                max(0, now.read_bytes - before.read_bytes),
                max(0, now.written_bytes - before.written_bytes),
            ]
        )
        self._timers.after(SAMPLE_BEAT, self._sample, attempt)


def _pid(attempt: Attempt) -> int:
    # An attempt is handed only to a worker whose process is known.
    assert attempt.worker is not None
    assert attempt.worker.pid is not None
    return attempt.worker.pid
