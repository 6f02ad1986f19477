"""A run as plain lines, one a change: what a pipe or a log file gets."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from penstock.cli.render import amounts
from penstock.cli.render.states import Paint

if TYPE_CHECKING:
    from penstock.engine.observe import Notice, RunPicture

#: Seconds after which a task that runs gets a line of its own; the others get one when they end.
LONG: Final = 1.0
_SILENT: Final = frozenset({"queued", "created"})


class Lines:
    """Collects notices in the engine's thread, prints them in the terminal's."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._notices: deque[Notice] = deque()
        self._started: dict[tuple[str, int | None], Notice] = {}

    def take(self, notice: Notice) -> None:
        """A listener."""
        self._notices.append(notice)

    def begin(self, picture: RunPicture) -> None:
        """The first line."""
        print(
            f"{amounts.clock(picture.created_at)} run {picture.id} of {picture.pipeline}: {picture.total} tasks",
            flush=True,
        )

    def print(self, *, last: bool = False) -> None:
        """Print what has come."""
        now = 0.0
        texts: list[str] = []
        while self._notices:
            notice = self._notices.popleft()
            now = max(now, notice.at)
            if notice.task is None:
                if notice.state != "running":
                    texts.append(line(notice, self._paint))
            elif notice.state == "running":
                self._started[notice.task, notice.map_index] = notice
            elif notice.state not in _SILENT:
                self._started.pop((notice.task, notice.map_index), None)
                texts.append(line(notice, self._paint))
        texts[:0] = self._long(last)
        if texts:
            print("\n".join(texts), flush=True)

    def _long(self, last: bool) -> list[str]:
        import time

        if last:
            return []
        due = [key for key, notice in self._started.items() if time.time() - notice.at > LONG]
        return [line(self._started.pop(key), self._paint) for key in due]


def line(notice: Notice, paint: Paint) -> str:
    """`12:00:01.123 clean succeeded 0.41 s`."""
    name = "run" if notice.task is None else notice.task
    if notice.label is not None:
        name += f"[{amounts.cut(notice.label, 40, unicode=paint.unicode)}]"
    parts = [amounts.clock(notice.at), name, paint.state(notice.state, notice.reason)]
    if notice.duration is not None:
        parts.append(amounts.duration(notice.duration))
    if notice.retry_in is not None:
        parts.append(f"attempt {notice.n + 1} in {amounts.duration(notice.retry_in)}")
    if notice.error and notice.task is not None:
        kind = str(notice.error.get("type", "")).rpartition(".")[2]
        parts.append(amounts.cut(f"{kind}: {notice.error.get('message', '')}", 160, unicode=paint.unicode))
    return " ".join(parts)
