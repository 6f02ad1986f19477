"""For how long others leave our runs to us: a database that machines share may be out of reach for one of them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from penstock.agent.switchboard import ADOPT


def _clock() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock: so do those of other machines."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if number is None else time.clock_gettime(number)


#: Seconds from the last beat that is on record until we must take our runs for given away. Others wait longer
#: (store.instances.TIME_TO_LIVE), by the time that it takes us to notice, and everything of ours to stand still.
TERM: Final = ADOPT


class Lease:
    """Lapses some time after it was renewed, and when it is doubted. From any thread."""

    def __init__(self, term: float = TERM, clock: Callable[[], float] = _clock) -> None:
        self.clock = clock
        self._term = term
        self._renewed_at = clock()
        self._doubted_at = -math.inf

    def renew(self, at: float) -> None:
        """A beat is on record that was sent at that time of `clock`."""
        self._renewed_at = at

    def doubt(self) -> None:
        """We may have stood still for long: it lapses until a beat is on record that is sent from now on."""
        self._doubted_at = self.clock()

    @property
    def lapsed(self) -> bool:
        """May others have our runs?"""
        return self._renewed_at <= self._doubted_at or self.clock() - self._renewed_at >= self._term
