"""What the one who started a run holds in hand. Every method may be called from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from penstock.engine.observe import Listener, Notice, Resting, RunPicture, TaskPicture, resting_before
from penstock.engine.view import RunView, TaskRun
from penstock.errors import PenstockError

if TYPE_CHECKING:
    from penstock.engine.loop import Engine


class RunHandle:
    """A run under way in this process. `failure` tells why its record could not be kept, if so."""

    def __init__(self, view: RunView, engine: Engine) -> None:
        self.id = view.id
        self.key = view.key
        self.listeners: list[Listener] = []
        self.failure: PenstockError | None = None
        self._view = view
        self._engine = engine
        self._done = threading.Event()

    @property
    def waits_for(self) -> str | None:
        """The limit for which the run waits, as people read it; None when it does not wait."""
        barred = self._view.barred
        return barred.message if barred is not None and barred.event == "queue" else None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every Notice from now on, in the engine's thread; the result ends that.

        A listener must be quick and must not raise.
        """
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, notice: Notice) -> None:
        """Pass a notice on (the engine calls this)."""
        for listener in tuple(self.listeners):
            listener(notice)

    @property
    def over(self) -> bool:
        """Is the run over and its last state committed? Takes no lock: a signal handler may ask."""
        return self._done.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """True when the run is over and its last state committed; False when `timeout` seconds went by first."""
        return self._done.wait(timeout)

    def cancel(self, reason: str = "user") -> None:
        """Ask the run to end: SIGTERM to what runs, its grace, SIGKILL; clean-up tasks still run."""
        self._engine.ask(self._view, reason, force=False)

    def kill(self, reason: str = "user") -> None:
        """Ask the run to end at once: SIGKILL to all, clean-up tasks too."""
        self._engine.ask(self._view, reason, force=True)

    def resting(self) -> Resting | None:
        """Where the run rests, when it is one of type debug that does."""
        return resting_before(self._view)

    def go_on(self, *, step: bool = False, texts: dict[str, str] | None = None, by: str | None = None) -> None:
        """Let the run go on, with other params (as typed, and checked before) if any are given."""
        self._engine.resume(self._view, step=step, texts=texts or {}, by=by)

    @property
    def rests(self) -> bool:
        """Is the run paused, with nothing of it under way? It can wait so for an engine to come."""
        view = self._view
        return view.state == "paused" and view.live == len(view.rested)

    def finish(self, failure: PenstockError | None = None) -> None:
        """Say that the run is over and recorded (the engine calls this)."""
        self.failure = self.failure or failure
        self._done.set()

    def picture(self) -> RunPicture:
        """The run as it is now: a copy, taken without stopping the engine."""
        view = self._view
        spec = view.plan.spec
        tasks = [picture for run in list(view.by_place) for picture in _pictures(run)]
        return RunPicture(
            view.id, spec.name, spec.namespace, view.state, view.reason, view.created_at, view.since,
            view.ended_at, view.tasks_done, view.tasks_total, view.error, tasks, view.paused_by,
        )  # fmt: skip


def _pictures(run: TaskRun) -> list[TaskPicture]:
    children = list(run.children or ())
    return [_picture(run), *(_picture(child) for child in children)]


def _picture(run: TaskRun) -> TaskPicture:
    items = None
    if run.children is not None:
        failed = sum(1 for child in list(run.children) if child.state == "failed")
        items = (len(run.children) - run.open_children, failed, len(run.children))
    approval = run.task.spec.approval if run.state == "paused" else None
    return TaskPicture(
        run.task.name, run.map_index, run.label, run.task.spec.role, run.state, run.reason, run.attempts,
        run.started_at, run.ended_at, run.progress, items, run.error,
        None if approval is None else approval.message,
    )  # fmt: skip
