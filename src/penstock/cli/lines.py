"""A run as plain lines, one a change: what a pipe or a log file gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from penstock.cli.render.board import answer_by
from penstock.cli.render.notice import change, folded, question
from penstock.cli.render.spans import Line
from penstock.cli.render.states import Paint
from penstock.engine.observe import Notice

if TYPE_CHECKING:
    from penstock.engine.observe import RunPicture

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
    """Takes notices in the engine's thread, gives lines in the terminal's. `look` is the run as it is now."""

    def __init__(self, paint: Paint, look: Callable[[], RunPicture]) -> None:
        self._paint = paint
        self._look = look
        self._notices: deque[Notice] = deque()
        self._running: dict[tuple[str, int | None], Notice] = {}
        self._fans: dict[str, _Fan] = {}
        self._asking: set[str] = set()

    def take(self, notice: Notice) -> None:
        """A listener of the run."""
        self._notices.append(notice)

    def catch_up(self) -> None:
        """Take the questions that were asked before this was a listener."""
        for task in self._look().tasks:
            if task.asks is not None and task.started_at is not None:
                asked = Notice(task.started_at, task.name, None, None, task.state, task.reason, 0, None, None, None)
                self._notices.append(asked)

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
        key = (notice.task, notice.map_index)
        self._running.pop(key, None)
        if notice.state in _SILENT or (notice.map_index is not None and not self._has_line(notice, notice.task)):
            return []
        if notice.state == "running":
            self._running[key] = notice
            return []
        if notice.map_index is None and notice.state != "retrying":
            self._fans.pop(notice.task, None)
        if notice.state == "paused" and notice.reason == "approval":
            return self._question(notice, notice.task)
        return [change(notice, self._paint)]

    def _question(self, notice: Notice, task: str) -> list[Line]:
        """The line of a task that asks a person, once, with the question and the command that answers."""
        if task in self._asking:
            return []
        self._asking.add(task)
        run = self._look()
        asked = next((each.asks for each in run.tasks if each.name == task), None)
        return [[*change(notice, self._paint), *question(asked)], answer_by(run.id, task)]

    def _total(self, task: str) -> int | None:
        return next((each.items[2] for each in self._look().tasks if each.name == task and each.items), None)

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
                lines.append(folded(task, now, fan.done, self._total(task)))
        return lines
