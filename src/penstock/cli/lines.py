"""A run as plain lines, one a change: what a pipe or a log file gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from penstock.cli.render.notice import change, folded
from penstock.cli.render.spans import Line
from penstock.cli.render.states import Paint

if TYPE_CHECKING:
    from penstock.engine.observe import Notice

#: Seconds after which a task that runs gets a line for that; the others get one when they end.
LONG: Final = 1.0
#: Items of a fan-out that get lines of their own. Of the rest only failures do, and a count once a second.
ITEMS: Final = 20
PAUSE: Final = 1.0
_SILENT: Final = frozenset({"created", "queued"})
_LOUD: Final = frozenset({"failed", "warning", "retrying"})


class _Fan:
    """How far the items of a fan-out are, and what was told of that."""

    __slots__ = ("at", "counted", "done", "lines")

    def __init__(self) -> None:
        self.lines = 0
        self.done = 0
        self.counted = 0
        self.at: float | None = None


class Lines:
    """Takes notices in the engine's thread, gives lines in the terminal's.

    `totals` tells how many items fan-outs have, by name of their task.
    """

    def __init__(self, paint: Paint, totals: Callable[[], Mapping[str, int]]) -> None:
        self._paint = paint
        self._totals = totals
        self._notices: deque[Notice] = deque()
        self._running: dict[tuple[str, int | None], Notice] = {}
        self._fans: dict[str, _Fan] = {}

    def take(self, notice: Notice) -> None:
        """A listener of the run."""
        self._notices.append(notice)

    def due(self, now: float) -> list[Line]:
        """The lines for what came since the last call; `now` in seconds since 1970."""
        lines: list[Line] = []
        while self._notices:
            lines += self._of(self._notices.popleft())
        late = [key for key, notice in self._running.items() if now - notice.at > LONG]
        lines += [self._long(self._running.pop(key), now) for key in late]
        return lines + self._counts(now)

    def _long(self, notice: Notice, now: float) -> Line:
        return change(notice._replace(at=now, duration=now - notice.at), self._paint)

    def _of(self, notice: Notice) -> list[Line]:
        if notice.task is None:
            return [] if notice.state == "running" else [change(notice, self._paint)]
        if notice.state in _SILENT or (notice.map_index is not None and not self._has_line(notice, notice.task)):
            return []
        key = (notice.task, notice.map_index)
        if notice.state == "running":
            self._running[key] = notice
            return []
        self._running.pop(key, None)
        if notice.map_index is None and notice.state != "retrying":
            self._fans.pop(notice.task, None)
        return [change(notice, self._paint)]

    def _has_line(self, notice: Notice, task: str) -> bool:
        """Does this change of an item get a line of its own?"""
        fan = self._fans.setdefault(task, _Fan())
        if notice.state == "running":
            return fan.lines < ITEMS
        fan.done += notice.state != "retrying"
        if fan.lines >= ITEMS and notice.state not in _LOUD:
            return False
        fan.lines += 1
        return True

    def _counts(self, now: float) -> list[Line]:
        lines: list[Line] = []
        for task, fan in self._fans.items():
            if fan.at is None:
                fan.at = now
            if fan.done > max(fan.counted, ITEMS) and now - fan.at >= PAUSE:
                fan.counted, fan.at = fan.done, now
                lines.append(folded(task, now, fan.done, self._totals().get(task)))
        return lines
