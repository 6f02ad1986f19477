"""Beginning runs again that are over: part of the duty of the engine of `penstock up`."""

from __future__ import annotations

import logging
import time

from penstock.compose.local import LocalEngine
from penstock.engine.request import RetryWish
from penstock.errors import PenstockError, StoreBusy
from penstock.store import commands
from penstock.store.commands import Command
from penstock.store.connection import Connection

log = logging.getLogger("penstock.engine")


class Retries:
    """Obeys wishes to retry runs: they have no owner any more, so any engine takes them. Used by one thread."""

    def __init__(self, local: LocalEngine) -> None:
        self._local = local
        self._commands: list[Command] = []

    def look(self, connection: Connection, room: int) -> None:
        """See what is asked for, as far as there is room."""
        self._commands = commands.to_retry(connection, room) if room > 0 else []

    def act(self) -> None:
        """Begin what was asked for, or say why not."""
        for command in self._commands:
            # One that has just ended here, or was just begun again, is let go of first.
            if command.run_key not in {handle.key for handle in self._local.engine.live()}:
                self._begin(command)

    def _begin(self, command: Command) -> None:
        wish = RetryWish(command.arguments.get("task"), command.arguments.get("params") or {}, {}, command.by)
        wish.texts = command.arguments.get("texts") or {}
        try:
            self._local.retry(command.run_key, wish, command.id)
        except StoreBusy:
            raise
        except PenstockError as error:
            self._refuse(command, error.code, str(error))
        except Exception as error:
            log.exception("run %s can't be retried", command.run_key)
            self._refuse(command, "error", f"{type(error).__name__}: {error}")

    def _refuse(self, command: Command, code: str, detail: str) -> None:
        with self._local.database.write() as connection:
            commands.settle(connection, command.id, "refused", {"code": code, "detail": detail}, time.time())
