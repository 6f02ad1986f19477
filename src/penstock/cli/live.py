"""A run in a terminal, drawn anew a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.live import Live
from rich.segment import Segment
from rich.style import Style

from penstock.cli import output
from penstock.cli.render.board import Moment, board
from penstock.cli.render.spans import Line

if TYPE_CHECKING:
    from penstock.cli.signals import Signals
    from penstock.engine.handle import RunHandle
    from penstock.engine.observe import Notice

#: Seconds between frames.
FRAME: Final = 0.1
#: Drawing holds the interpreter, so the engine waits meanwhile: frames take at most this share of the time.
SHARE: Final = 0.05


class _Picture:
    """Lines as rich takes them, without measuring them again: a frame of fifty tasks costs a millisecond so, and ten as
    a rich table."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines

    def __rich_console__(self, _console: object, _options: object) -> Iterable[Segment]:
        for line in self._lines:
            for span in line:
                yield Segment(span.text, Style.parse(span.style) if span.style else None)
            yield Segment.line()


def show(handle: RunHandle, signals: Signals, clock: Callable[[], float] = time.time) -> None:
    """Show a run until it is over; the last frame stays."""
    paint = output.paint()
    console = Console(highlight=False, color_system="standard" if paint.colour else None, no_color=not paint.colour)
    retries: dict[tuple[str, int | None], float] = {}
    end = handle.listen(_keep_retries(retries))
    try:
        with Live(console=console, auto_refresh=False) as live:
            over, pause, beat = False, 0.0, 0
            while not over:
                over = handle.wait(pause)
                start = time.perf_counter()
                width, height = console.size
                moment = Moment(clock(), beat, signals.asked, retries)
                # One column stays free: some terminals wrap a line that fills the last one.
                lines = board(handle.picture(), moment, paint, width - 1, height - 2)
                live.update(_Picture(lines), refresh=True)
                beat += 1
                pause = max(FRAME, (time.perf_counter() - start) / SHARE)
    finally:
        end()


def _keep_retries(retries: dict[tuple[str, int | None], float]) -> Callable[[Notice], None]:
    """A listener that keeps when tasks are tried again."""

    def take(notice: Notice) -> None:
        if notice.task is not None and notice.retry_in is not None:
            retries[notice.task, notice.map_index] = notice.at + notice.retry_in

    return take
