"""One engine with its agent in this process, on one home: what `penstock run` and scripts use."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from penstock.compose.admission import Admission
from penstock.compose.desk import LOOK, Desk, Duty
from penstock.compose.executors import start_executor
from penstock.compose.home import Home
from penstock.compose.left import alone, wait_for_agents
from penstock.compose.planner import Planner
from penstock.compose.requested import Definitions, request_of
from penstock.compose.results import Results
from penstock.compose.settings import Settings
from penstock.compose.spare_room import SpareRoom
from penstock.compose.spools import read_spools
from penstock.compose.turns import Turns
from penstock.compose.viz_files import VizFiles
from penstock.engine.adoption import Bequest
from penstock.engine.handle import RunHandle
from penstock.engine.limits import Limits
from penstock.engine.loop import Engine
from penstock.engine.observe import Resting
from penstock.engine.outbox import Outbox
from penstock.engine.plan import make_plan
from penstock.engine.record import take_commit
from penstock.engine.recover import settle_abandoned_runs
from penstock.engine.request import RetryWish, RunRequest, check_breakpoints, chosen_tasks
from penstock.engine.restore import Restored
from penstock.engine.view import RunView
from penstock.errors import LimitReached, NotFound, SettingsError, TransitionError
from penstock.executors.inline import InlineExecutor
from penstock.executors.lease import TERM, Lease
from penstock.executors.link import AgentLink
from penstock.executors.shared import SharedExecutor
from penstock.model import ids, params
from penstock.model.spec import PipelineSpec
from penstock.ports.resting import PausableExecutor
from penstock.store import commands, instances, ownership, recovery, replays, requests
from penstock.store.connection import Connection
from penstock.store.database import is_file, open_database
from penstock.store.missing import no_run
from penstock.store.slots import Want
from penstock.store.write import apply
from penstock.store.writer import Writer


def check(definition: PipelineSpec, request: RunRequest, settings: Settings, cores: int) -> None:
    """Raise what `submit` would raise of the request alone, before anything is opened or made."""
    params.resolve(definition.params, request.params, request.texts)
    plan = make_plan(definition)
    check_breakpoints(plan, request)
    chosen_tasks(plan, request)
    limits = Limits(cores, settings.gpus, settings.pools)
    for task in plan.tasks:
        limits.check(task)
        _check_writable(task.name)


def _check_writable(name: str) -> None:
    """Logs and values lie below names of tasks. Raises SettingsError where the locale has no letters for one."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        raise SettingsError(
            f"names of files are written in {sys.getfilesystemencoding()} here, which has no letters for '{name}'",
            cure="use a UTF-8 locale, as by LC_ALL=C.UTF-8, or set PYTHONUTF8=1",
        ) from error


class LocalEngine:
    """Runs pipelines in this process tree, durably. A context manager; `submit` may be called from any thread.

    `executor` is an open one (by default local, a worker a core); it is closed with the engine. Opening registers
    this process, as an instance of that `kind`, as the owner of the runs that it submits, and settles runs whose owner
    is gone. Others may cancel its runs by commands in the store, looked for every `look` seconds by a `Desk`, which
    sees to runs that wait for slots and to a further `duty` too. `rest_after`: see Engine; `project`: see
    Definitions. Raises StoreError, ExecutorError, SettingsError.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        executor: PausableExecutor | None = None,
        *,
        kind: str = "terminal",
        look: float = LOOK,
        rest_after: float | None = None,
        project: Path | None = None,
        duty: Callable[[LocalEngine], Duty] | None = None,
    ) -> None:
        self.home = home
        self.settings = settings
        self.executor = executor or start_executor(settings)
        self.inline = isinstance(self.executor, InlineExecutor)
        self.lasting = self.executor if isinstance(self.executor, SharedExecutor) else None
        lease = None
        if isinstance(self.executor, AgentLink):
            # Who shares a file sees that we live, or is in another container: there a late beat harms nobody by itself.
            term = math.inf if is_file(home.database_url) else TERM
            lease = self.executor.lease = Lease(term)  # from before we are registered
        try:
            self.database = open_database(home.database_url)
            self.owner = self._register(kind, read_spools(home, self.database, settings.log_limit))
            self.writer = Writer(self.database)
            limits = Limits(self.executor.workers, settings.gpus, settings.pools)
            self._spare = SpareRoom(home.path)
            self._results = Results(self.database, home.artifacts)
            self.engine = Engine(
                self.executor, self.writer, limits, self.owner, make_room=self._spare.give, freed=self._ring,
                rest_after=rest_after, patient=kind == "engine", lasting=self.lasting, seek=self._results.seek,
            )  # fmt: skip
        except BaseException:
            self._leave_executor(fallen=True)
            raise
        self.planner = Planner(home, self.database, limits)
        self.definitions = Definitions(project)
        self._viz = VizFiles(self.database)
        self._closed = False
        self.admission = Admission(settings.limits)
        self.turns = Turns(self)
        duties: list[Duty] = [self.turns, *([] if duty is None else [duty(self)])]
        self._ear = self.database.ear()
        self._desk = Desk(self.database, self.engine, self.owner, self._ear, look=look, duties=duties, lease=lease)
        self._desk.start()
        if not self.inline:
            self.engine.start()

    def _register(self, kind: str, spare: set[int]) -> int:
        wait_for_agents(self.home, self.database)
        with self.database.write() as connection:
            owner = instances.register(connection, kind, time.time(), workers=self.executor.workers)
            settle_abandoned_runs(connection, owner, time.time(), alone(self.home), spare)
        self.database.name_sessions(instances.session_name(owner))
        return owner

    def _ring(self) -> None:
        self._desk.ring()

    @property
    def busy(self) -> bool:
        """Does the calling thread of an inline engine make an attempt now?"""
        return isinstance(self.executor, InlineExecutor) and self.executor.busy

    def work_until(self, handle: RunHandle, at_rest: Callable[[Resting], None] | None = None) -> None:
        """For an inline engine: run its tasks here, in the calling thread, until the run is over and recorded."""
        self.engine.work_until(handle, at_rest)

    def submit(self, definition: PipelineSpec, request: RunRequest | None = None) -> RunHandle:
        """Start a run of a definition. Raises ParameterError, NotFound, DefinitionError before anything is recorded."""
        at = time.time()
        run_id = ids.run_id(ids.new_key(at))
        view = self.planner.view(definition, request or RunRequest(), run_id, at)
        wants = self.admission.wants(definition, view.tags)
        if wants:
            self._enter(view, wants)
        return self.begin(view)

    def _enter(self, view: RunView, wants: list[Want]) -> None:
        """Put a run on record with its slots, or with its place in the line for them."""
        out = Outbox()
        out.mark_run(view)
        out.event(view, None, None, view.created_at, "run.created")
        commit, _ = take_commit(out, self.owner, set())
        with self.database.write() as connection:
            apply(connection, commit)
            view.barred = self.admission.enter(connection, view.key, wants, view.created_at, time.time())
        view.slots = True

    def retry(self, key: int, wish: RetryWish, command: int | None = None) -> RunHandle:
        """Begin a run that is over again, in place; `command` is answered in the commit that makes it true.

        Raises NotFound, TransitionError, ParameterError, DefinitionError; then nothing has changed.
        """
        with self.database.read() as connection:
            asked, stored = requests.requested(connection, key), recovery.load_run(connection, key)
        if asked is None or stored is None:
            raise no_run(ids.run_id(key))
        requests.check_own(asked)
        # All that takes time, as to look whether files are there, comes before others have to wait for us.
        definition = self.definitions.of(asked)
        view = self.planner.reopened(definition, request_of(asked), stored, wish, time.time())
        with self.database.write() as connection:
            epoch = ownership.reclaim(connection, key, self.owner, stored.run.row_version)
            if epoch is None:
                began = "another process just began it again" if ownership.is_beginning(connection, key) else None
                raise TransitionError(began or "the run was changed meanwhile", cure="look at it, and ask again")
            if recovery.task_runs(connection, key) != stored.task_runs:
                raise TransitionError("a task of the run was changed meanwhile", cure="look at it, and ask again")
            wants = self.admission.wants_of_stored(connection, definition, view.tags)
            if wants:
                now = time.time()
                view.slots, view.barred = True, self.admission.enter(connection, key, wants, now, now)
            if view.barred is not None and view.barred.event != "queue":
                raise LimitReached(view.barred.message, cure="retry it when one of them is over")
        view.epoch = epoch
        if command is not None:
            view.commands.append(command)
        return self.begin(view)

    def replay(self, key: int, wish: RetryWish, *, latest: bool = False) -> RunHandle:
        """Start a new run that repeats another, whole or from a task, of its version or of the latest.

        Raises NotFound, TransitionError, ParameterError, DefinitionError; then nothing is recorded.
        """
        now = time.time()
        with self.database.read() as connection:
            wanted = replays.wanted(connection, key, wish.task, wish.params, wish.texts, latest=latest)
        asked = replays.as_asked(wanted, ids.new_key(now), now)
        definition = self.definitions.of(asked)
        view = self.planner.view(definition, request_of(asked), asked.id, now)
        with self.database.write() as connection:
            if requests.requested(connection, key) is None:
                raise NotFound(f"run {ids.run_id(key)} was just deleted", cure="run its pipeline instead")
            replays.ask_for_replay(connection, wanted, now, wish.by, view.key)
            self.claim(connection, view)
            wants = self.admission.wants_of_stored(connection, definition, view.tags)
            if wants:
                view.slots, view.barred = True, self.admission.enter(connection, view.key, wants, now, now)
        return self.begin(view)

    def claim(self, connection: Connection, view: RunView) -> None:
        """Make a run that was asked for, and that nobody has claimed, this engine's: as it was planned."""
        claimed = requests.claim(connection, view.key, self.owner)
        assert claimed is not None
        requests.complete(connection, view.key, view.params, view.labels, view.tags, view.facts, view.selection)
        view.stored_version, view.epoch = claimed.row_version, claimed.epoch

    def take_over(self, restored: Restored, bequest: Bequest) -> RunHandle:
        """Go on with a run that another engine began, and that is this one's now."""
        return self._viz.follow(self.engine.take_over(restored, bequest), restored.view.plan.spec)

    def begin(self, view: RunView) -> RunHandle:
        """Start a run that was planned."""
        return self._viz.follow(self.engine.submit(view), view.plan.spec)

    def close(self) -> None:
        """End what still runs and release the home."""
        if self._closed:
            return
        self._closed = True
        self._desk.close()
        self.engine.stop()
        self._ear.close()
        self._results.close()
        self._leave_executor(fallen=self.engine.crash is not None)
        self.writer.close()
        self._viz.close()
        with self.database.write() as connection:
            now = time.time()
            instances.gone(connection, self.owner, now)
            commands.refuse_late(connection, now)
        self.database.close()

    def _leave_executor(self, *, fallen: bool) -> None:
        """End what runs. Of an engine that has fallen, tasks that can go on do so, with the next one."""
        if self.lasting is not None and fallen:
            self.lasting.leave()
        else:
            self.executor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
