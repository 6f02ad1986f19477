"""A run in a terminal, redrawn a few times a second. A frame costs the same for a thousand tasks as for forty."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from penstock.cli import terminal
from penstock.cli.render import amounts
from penstock.cli.render.states import LOOKS, Paint

if TYPE_CHECKING:
    from penstock.cli.watch import Signals
    from penstock.engine.handle import RunHandle
    from penstock.engine.observe import RunPicture, TaskPicture

#: Seconds between frames. Drawing holds the interpreter, so the engine waits meanwhile: keep it seldom.
FRAME: Final = 0.125
_URGENT: Final = ("failed", "retrying", "cancelling", "running")
_OVER: Final = frozenset({"succeeded", "warning", "failed", "cancelled", "skipped", "upstream_failed"})


def show(handle: RunHandle, signals: Signals) -> None:
    """Show a run until it is over; the last frame stays."""
    paint = terminal.paint()
    console = Console(highlight=False, color_system="standard" if paint.colour else None)
    with Live(console=console, auto_refresh=False, transient=False) as live:
        over = False
        while not over:
            over = handle.wait(FRAME)
            picture = handle.picture()
            rows = max(6, console.size.height - 4)
            live.update(frame(picture, time.time(), rows, console.size.width, paint, asked=signals.asked), refresh=True)


def frame(picture: RunPicture, now: float, rows: int, width: int, paint: Paint, *, asked: int = 0) -> Group:
    """One picture of a run in at most `rows` lines of tasks."""
    parts: list[RenderableType] = [_head(picture, now, paint), _tasks(picture, now, rows, width, paint)]
    if asked and picture.state not in _OVER:
        parts.append(Text("Cancelling: tasks get their grace to end (Ctrl-C again ends them at once)", style="magenta"))
    return Group(*parts)


def _head(picture: RunPicture, now: float, paint: Paint) -> Text:
    look = LOOKS[picture.state]
    spent = (picture.ended_at or now) - (picture.started_at or picture.created_at)
    head = Text(no_wrap=True, overflow="ellipsis")
    head.append(f"{look.glyph if paint.unicode else look.ascii} ", style=look.colour)
    head.append(picture.pipeline, style="bold")
    head.append(f"  {picture.id}", style="cyan")
    head.append(f"  {amounts.duration(spent)}  {picture.done}/{picture.total} tasks", style="dim")
    return head


def _tasks(picture: RunPicture, now: float, rows: int, width: int, paint: Paint) -> RenderableType:
    """Tasks in the order of the definition; when there are too many, what is urgent and a count of the rest."""
    shown = [task for task in picture.tasks if task.map_index is None]
    hidden: dict[str, int] = {}
    if len(shown) > rows:
        urgent = [task for task in shown if task.state in _URGENT]
        rest = [task for task in shown if task.state not in _URGENT]
        keep = {id(task) for task in (urgent + rest)[: rows - 1]}
        for task in shown:
            if id(task) not in keep:
                hidden[task.state] = hidden.get(task.state, 0) + 1
        shown = [task for task in shown if id(task) in keep]
    table = Table.grid(padding=(0, 2))
    longest = max((len(task.name) for task in shown), default=8)
    table.add_column(no_wrap=True, width=min(longest + 2, max(12, width // 2)))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for task in shown:
        table.add_row(*_row(task, now, paint))
    if not hidden:
        return table
    counts = ", ".join(f"{count} {LOOKS[state].word}" for state, count in hidden.items())
    return Group(table, Text(f"  and {counts}", style="dim"))


def _row(task: TaskPicture, now: float, paint: Paint) -> tuple[RenderableType, ...]:
    look = LOOKS[task.state]
    name = Text(f"{look.glyph if paint.unicode else look.ascii} {task.name}", style=look.colour, overflow="ellipsis")
    word = Text(look.word, style=look.colour)
    if task.reason and task.reason not in ("user_error", "trigger_rule"):
        word.append(f" ({task.reason})")
    spent = ""
    if task.started_at is not None:
        spent = amounts.duration((task.ended_at or now) - task.started_at)
    return name, word, Text(spent, style="dim"), _note(task)


def _note(task: TaskPicture) -> RenderableType:
    if task.items is not None:
        over, failed, items = task.items
        return Text(f"{over}/{items}" + (f", {failed} failed" if failed else ""), style="dim")
    if task.state == "running" and task.progress is not None:
        done, total = task.progress
        if total:
            return ProgressBar(total=total, completed=min(done, total), width=24)
        return Text(f"{done:g} done", style="dim")
    if task.attempts > 1:
        return Text(f"attempt {task.attempts}", style="dim")
    if task.error is not None and task.state in ("failed", "warning"):
        return Text(amounts.cut(str(task.error.get("message", "")), 200), style="dim")
    return ""
