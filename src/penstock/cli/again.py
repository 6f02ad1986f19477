"""Runs that run again: by the engine of `penstock up` where there is one, else here."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from penstock.cli import cancel, output
from penstock.cli.run import watched
from penstock.cli.session import at_hand, reading
from penstock.cli.target import pairs
from penstock.engine.request import RetryWish
from penstock.model.ids import key_of, run_id
from penstock.store import commands, instances, replays
from penstock.store.runs import find_run
from penstock.store.summaries import summaries_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from penstock.compose.local import LocalEngine
    from penstock.engine.handle import RunHandle
    from penstock.store.connection import Connection
    from penstock.store.database import Database


class Again:
    """A wish to retry or replay a run, as people type it. Raises UsageError."""

    def __init__(
        self, run: str, task: str | None, params: list[str], workers: int | None, *, as_json: bool, quiet: bool
    ) -> None:
        self._run = run
        self._wish = RetryWish(task, {}, pairs(params, "parameter"), "terminal")
        self._workers = workers
        self._as_json = as_json
        self._quiet = quiet

    def retry(self) -> int:
        """The exit code. Raises NotFound, TransitionError, ParameterError, DefinitionError."""
        with reading() as (_, database):
            with database.write() as connection:
                key = find_run(connection, self._run)
                number = self._ask_for_retry(connection, key) if _engine_is_there(connection) else None
            if number is not None:
                return self._tell_answer(database, key, number)
        return self._here(lambda engine: engine.retry(key, self._wish))

    def replay(self, *, latest: bool) -> int:
        """The exit code. Raises NotFound, TransitionError, ParameterError, DefinitionError."""
        wish = self._wish
        with reading() as (_, database):
            with database.write() as connection:
                key = find_run(connection, self._run)
                wanted = replays.wanted(connection, key, wish.task, {}, wish.texts, latest=latest)
                asked = (
                    replays.ask_for_replay(connection, wanted, time.time()) if _engine_is_there(connection) else None
                )
            if asked is not None:
                return self._tell(database, key_of(asked), f"repeats {run_id(key)}")
        return self._here(lambda engine: engine.replay(key, wish, latest=latest))

    def _ask_for_retry(self, connection: Connection, key: int) -> int:
        wish = {"task": self._wish.task, "texts": self._wish.texts}
        return commands.add(connection, key, "retry", wish, time.time(), by=self._wish.by)

    def _tell_answer(self, database: Database, key: int, number: int) -> int:
        answer = cancel.answers(database, [number])[number]
        if answer == "applied":
            return self._tell(database, key, "runs again")
        with database.read() as connection:
            command = commands.find(connection, number)
        told = command.outcome if command is not None and isinstance(command.outcome, dict) else {}
        detail = told.get("detail", "the engine did not answer yet")
        self._tell(database, key, f"does not run again: {detail}")
        return 1

    def _tell(self, database: Database, key: int, what: str) -> int:
        with database.read() as connection:
            (run,) = summaries_of(connection, [key])
        if self._as_json:
            output.show_json(run)
        else:
            from penstock.cli.render.runs import told

            output.show([told(run["id"], run["state"], what, output.paint())])
        return 0

    def _here(self, begin: Callable[[LocalEngine], RunHandle]) -> int:
        """Run it in this process tree, and wait for its end."""
        from penstock.cli.signals import Signals
        from penstock.compose.local import LocalEngine, start_executor

        home, settings = at_hand()
        with Signals() as signals:
            executor = start_executor(settings, workers=self._workers)
            try:
                with LocalEngine(home, settings, executor) as engine:
                    return watched(engine, lambda: begin(engine), signals, as_json=self._as_json, quiet=self._quiet)
            except KeyboardInterrupt:
                return signals.exit_code or 130
            finally:
                executor.close()


def _engine_is_there(connection: Connection) -> bool:
    """Is there an engine of `penstock up` that will see to it?"""
    now = time.time()
    return any(one.kind == "engine" and not instances.is_dead(one, now) for one in instances.known(connection))
