"""Runs that run again: by the engine of `penstock up` where there is one, else here."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.cli import orders, output
from penstock.cli.orders import Chosen
from penstock.cli.run import watched
from penstock.cli.session import at_hand, reading
from penstock.cli.target import pairs
from penstock.engine.request import RetryWish
from penstock.errors import PenstockError, TransitionError, UsageError
from penstock.model.ids import key_of, run_id
from penstock.store import instances, replays
from penstock.store.orders import Outcome, ask
from penstock.store.runs import find_run
from penstock.store.summaries import summaries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from penstock.cli.signals import Signals
    from penstock.compose.local import LocalEngine
    from penstock.engine.handle import RunHandle
    from penstock.store.connection import Connection
    from penstock.store.database import Database


class Again:
    """A wish to retry or replay a run, as people type it. Raises UsageError."""

    def __init__(
        self, run: str, task: str | None, params: Sequence[str], workers: int | None, *, as_json: bool, quiet: bool
    ) -> None:
        self._run = run
        self._wish = RetryWish(task, {}, pairs(params, "parameter"), orders.who())
        self._workers = workers
        self._as_json = as_json
        self._quiet = quiet

    def retry(self) -> int:
        """The exit code. Raises NotFound, TransitionError, ParameterError, DefinitionError, and with JSON whatever else
        an engine refuses it with.
        """
        with reading() as (_, database):
            with database.write() as connection:
                key = find_run(connection, self._run)
                outcome = self._ask_for_retry(connection, key) if _engine_is_there(connection) else None
            if outcome is not None:
                return self._tell_answer(database, outcome)
        return self._here(lambda engine: engine.retry(key, self._wish))

    def replay(self, *, latest: bool) -> int:
        """The exit code. Raises NotFound, TransitionError, ParameterError, DefinitionError."""
        wish = self._wish
        with reading() as (_, database):
            with database.write() as connection:
                key = find_run(connection, self._run)
                wanted = replays.wanted(connection, key, wish.task, {}, wish.texts, latest=latest)
                asked = (
                    replays.ask_for_replay(connection, wanted, time.time(), wish.by)
                    if _engine_is_there(connection)
                    else None
                )
            if asked is not None:
                return self._tell(database, key_of(asked), f"repeats {run_id(key)}")
        return self._here(lambda engine: engine.replay(key, wish, latest=latest))

    def _ask_for_retry(self, connection: Connection, key: int) -> Outcome:
        wish = {"task": self._wish.task, "texts": self._wish.texts}
        return ask(connection, key, "retry", wish, time.time(), self._wish.by)

    def _tell_answer(self, database: Database, outcome: Outcome) -> int:
        orders.wait(database, [outcome])
        if outcome.state == "applied":
            return self._tell(database, outcome.key, "retried")
        kind = (_of_code(outcome.code) if outcome.code else None) or TransitionError
        if self._as_json and outcome.state == "refused":
            raise kind(outcome.detail, cure=outcome.cure)
        why = orders.in_a_line(outcome.detail, outcome.cure) or "the engine did not answer yet"
        self._tell(database, outcome.key, f"not retried: {why}")
        return kind.exit_code

    def _tell(self, database: Database, key: int, what: str) -> int:
        with database.read() as connection:
            (run,) = summaries_of(connection, [key])
        if self._as_json:
            output.show_json(run)
        else:
            from penstock.cli.render.runs import told

            output.show(told(run["id"], run["state"], what, output.paint(), output.width()))
        return 0

    def _here(self, begin: Callable[[LocalEngine], RunHandle]) -> int:
        """Run it in this process tree, and wait for its end."""
        from penstock.cli.signals import interruptible

        def work(signals: Signals, stack: ExitStack) -> int:
            # As in `penstock run`: interrupted in the middle, an import leaves what it defines by half.
            with signals.held():
                from penstock.compose.open_files import make_room

                home, settings = at_hand()
                make_room(self._workers or settings.workers)
                from penstock.compose.executors import start_executor

                lifeline = stack.enter_context(home.entered())
                executor = start_executor(settings, workers=self._workers, lifeline=lifeline)
                stack.callback(executor.close)
                # While its processes come up.
                from penstock.compose.local import LocalEngine

                engine = stack.enter_context(LocalEngine(home, settings, executor, project=Path.cwd()))
            return watched(engine, lambda: begin(engine), signals, as_json=self._as_json, quiet=self._quiet)

        return interruptible(work)


def retry_many(chosen: Chosen, task: str | None, params: Sequence[str], *, as_json: bool) -> int:
    """Ask for retries of several runs; the exit code. Raises UsageError, NotFound."""
    _need_engine(chosen)
    do = orders.command("retry", {"task": task, "texts": pairs(params, "parameter")})
    return orders.act(chosen, do, as_json=as_json, done="retried")


def replay_many(chosen: Chosen, task: str | None, params: Sequence[str], *, latest: bool, as_json: bool) -> int:
    """Ask for new runs that repeat several; the exit code. Raises UsageError, NotFound."""
    _need_engine(chosen)
    texts = pairs(params, "parameter")

    def do(connection: Connection, key: int, now: float, by: str) -> Outcome:
        try:
            wanted = replays.wanted(connection, key, task, {}, texts, latest=latest)
        except PenstockError as error:
            return Outcome.refused(key, error)
        made = replays.ask_for_replay(connection, wanted, now, by)
        outcome = Outcome(key, "applied", f"repeated as {made}")
        outcome.replay = made
        return outcome

    return orders.act(chosen, do, as_json=as_json)


def _need_engine(chosen: Chosen) -> None:
    if not chosen.texts and chosen.filter is None:
        return  # none is named, which is told for all verbs in one way
    with reading() as (_, database), database.read() as connection:
        if not _engine_is_there(connection):
            raise UsageError("several runs are run again by `penstock up`", cure="start it, or name one run")


def _of_code(code: str, root: type[PenstockError] = PenstockError) -> type[PenstockError] | None:
    """The errors of that code, as an engine told it; None where a later version has them."""
    if root.code == code:
        return root
    return next((found for each in root.__subclasses__() if (found := _of_code(code, each))), None)


def _engine_is_there(connection: Connection) -> bool:
    """Is there an engine of `penstock up` that will see to it?"""
    return instances.engine_is_there(connection, time.time())
