"""A run in a terminal as it is now: a head, and a line a task, folded to the lines there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from penstock.cli.render import amounts, causes
from penstock.cli.render.spans import Line, Span, clean, columns_of, cut, fit, pad
from penstock.cli.render.states import LOOKS, Paint, counts, word

if TYPE_CHECKING:
    from penstock.engine.observe import Notice, RunPicture, TaskPicture

CANCELLING: Final = "Cancelling … (Ctrl-C again to end at once)"
KILLING: Final = "Ending at once …"

#: What a folded board shows first.
_RANK: Final = {"running": 0, "cancelling": 0, "retrying": 1, "failed": 2, "warning": 3}
_BARS: Final = 24
#: Columns of a state's word, so that the first long one does not move the rest.
_WORD: Final = len("succeeded")
_TIME: Final = len("999 ms")
_TURNS: Final = {True: "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", False: "|/-\\"}
_IDLE: Final = frozenset({"created", "queued", "skipped"})
_OVER: Final = frozenset({"succeeded", "warning", "failed", "cancelled", "skipped", "upstream_failed"})


class Moment(NamedTuple):
    """What a frame shows beside the run: `now` in seconds since 1970, how many frames there were, how often the person
    asked for the end, and when tasks that failed are tried again (seconds since 1970, by name and map index)."""

    now: float
    beat: int = 0
    asked: int = 0
    retries: Mapping[tuple[str, int | None], float] = {}


def board(picture: RunPicture, moment: Moment, paint: Paint, width: int, height: int) -> list[Line]:
    """A frame of at most `height` lines and `width` columns."""
    foot: list[Line] = []
    if moment.asked and picture.state not in _OVER:
        text = CANCELLING if moment.asked == 1 else KILLING
        foot.append([Span(text if paint.unicode else text.replace("…", "..."), "magenta")])
    elif picture.state == "paused" and picture.reason != "approval":
        who = f" by {clean(picture.paused_by)}" if picture.paused_by else ""
        foot.append([Span(f"Paused{who}; `penstock runs resume {picture.id}` goes on", "magenta")])
    if picture.state not in _OVER and (asking := [task.name for task in picture.tasks if task.asks is not None]):
        foot.append(answer_by(picture.id, asking[0]))
    room = max(1, height - 1 - len(foot))
    shown, hidden = _chosen([task for task in picture.tasks if task.map_index is None], room)
    body = _rows(shown, moment, paint, width)
    if hidden:
        body.append([Span("  and ", "dim"), *counts(task.state for task in hidden)])
    return [fit(line, width, paint.mark) for line in [_head(picture, moment, paint, width), *body, *foot]]


def answer_by(run: str, task: str) -> Line:
    """The command that answers what a run asks: here nobody can."""
    command = f"penstock runs approve {run} --task {task}"  # first, so that a narrow terminal has room for it
    return [Span(command, "magenta"), Span("  answers, in another terminal; or reject", "dim")]


def goes_on(notice: Notice, run: str) -> list[Line]:
    """What follows the line of something that rests, where nobody can be asked here."""
    if notice.task is not None:
        return [answer_by(run, notice.task)]
    if notice.reason == "approval":
        return []  # the task that asks has said it
    return [[Span(f"penstock runs resume {run}", "magenta"), Span("  lets it go on, in another terminal", "dim")]]


def _chosen(tasks: list[TaskPicture], room: int) -> tuple[list[TaskPicture], list[TaskPicture]]:
    """The tasks that get a line, in the order of the definition, and the others.

    Where there is no room for all: what runs or went wrong, then what ended last and what comes next, half and half.
    """
    if len(tasks) <= room:
        return tasks, []
    places = sorted(range(len(tasks)), key=lambda at: (_RANK.get(tasks[at].state, 9), at))
    urgent = [at for at in places if tasks[at].state in _RANK][: room - 1]
    left = room - 1 - len(urgent)
    over = [at for at in places if tasks[at].state in _OVER and tasks[at].state not in _RANK]
    over.sort(key=lambda at: tasks[at].ended_at or 0.0, reverse=True)
    coming = [at for at in places if tasks[at].state in ("queued", "created", "paused")]
    coming.sort(key=lambda at: (tasks[at].state != "queued", at))
    past = max(left // 2, left - len(coming))
    chosen = {*urgent, *over[:past], *coming[: left - min(past, len(over))]}
    return [tasks[at] for at in sorted(chosen)], [task for at, task in enumerate(tasks) if at not in chosen]


def _head(picture: RunPicture, moment: Moment, paint: Paint, width: int) -> Line:
    spent = max(0.0, (picture.ended_at or moment.now) - picture.since)
    line = [
        _shape(picture.state, moment, paint),
        Span(f" {clean(picture.pipeline)}", "bold"),
        Span(f"  {picture.id}", "cyan"),
    ]
    if picture.state != "running":
        line.append(Span(f"  {word(picture.state, picture.reason)}", LOOKS[picture.state].colour))
    line.append(Span(f"  {amounts.duration(spent)}"))
    line.append(Span(f"  {picture.done:,}/{picture.total:,} tasks", "dim"))
    if picture.total and sum(columns_of(span.text) for span in line) + _BARS + 2 <= width:
        line += [Span("  "), *_bar(picture.done / picture.total, _BARS, paint)]
    return line


def _rows(tasks: list[TaskPicture], moment: Moment, paint: Paint, width: int) -> list[Line]:
    names = [cut(clean(task.name), max(12, width // 3), paint.mark) for task in tasks]
    words = [word(task.state, task.reason) for task in tasks]
    times = [_spent(task, moment.now) for task in tasks]
    name_width = max([columns_of(name) for name in names], default=0)
    word_width = max([_WORD, *(len(each) for each in words)])
    time_width = max([_TIME, *(len(each) for each in times)])
    return [
        [
            Span("  "),
            _shape(task.state, moment, paint),
            *pad([Span(" " + name, "dim" if task.state in _IDLE else "")], name_width + 1),
            *pad([Span("  " + each, LOOKS[task.state].colour)], word_width + 2),
            Span(f"  {time:>{time_width}}", "dim"),
            *_note(task, moment, paint),
        ]
        for task, name, each, time in zip(tasks, names, words, times, strict=True)
    ]


def _shape(state: str, moment: Moment, paint: Paint) -> Span:
    if state in ("running", "cancelling"):
        turns = _TURNS[paint.unicode]
        return Span(turns[moment.beat % len(turns)], LOOKS[state].colour)
    return Span(paint.glyph(state), LOOKS[state].colour)


def _spent(task: TaskPicture, now: float) -> str:
    if task.started_at is None or task.state == "retrying":
        return ""
    return amounts.duration((task.ended_at or now) - task.started_at)


def _note(task: TaskPicture, moment: Moment, paint: Paint) -> Line:
    """What else is to be said of a task: how far it is, when it is tried again, why it failed."""
    note: Line = []
    if task.items is not None:
        done, failed, total = task.items
        note.append(Span(f"{done:,}/{total:,}"))
        if failed:
            note.append(Span(f", {failed:,} failed", "red"))
    elif task.state == "running" and task.progress is not None:
        note += _progress(*task.progress, paint)
    if task.asks:
        note.append(Span(cut(clean(task.asks), 200, paint.mark), "magenta"))
    if task.state == "retrying":
        due = moment.retries.get((task.name, task.map_index))
        wait = "" if due is None else f" {amounts.ahead(due - moment.now)}"
        note.append(Span(f"attempt {task.attempts + 1}{wait}", "yellow"))
    elif task.attempts > 1:
        note.append(Span(f"{', ' if note else ''}attempt {task.attempts}", "dim"))
    if task.error is not None and task.state in ("failed", "warning", "retrying"):
        told = cut(causes.in_short(task.error), 200, paint.mark)
        note.append(Span(f"{'  ' if note else ''}{told}", "dim"))
    return [Span("  "), *note] if note else []


def _progress(done: float, total: float | None, paint: Paint) -> Line:
    if not total or total < 0:
        return [Span(f"{amounts.number(done)} done", "dim")]
    share = min(1.0, max(0.0, done / total))
    return [*_bar(share, _BARS // 2, paint), Span(f" {share:.0%}", "dim")]


def _bar(share: float, width: int, paint: Paint) -> Line:
    full, empty = ("━", "─") if paint.unicode else ("#", "-")
    filled = round(share * width)
    return [Span(full * filled, "blue"), Span(empty * (width - filled), "dim")]
