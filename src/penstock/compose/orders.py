"""Commands for runs that are over and that nobody works on: part of the duty of the engine of `penstock up`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from penstock.compose.local import LocalEngine
from penstock.engine.request import RetryWish
from penstock.errors import PenstockError, StoreBusy
from penstock.store import commands
from penstock.store.commands import Command
from penstock.store.connection import Connection

log = logging.getLogger("penstock.engine")

#: Obeys a command of a kind that anyone may obey (model.commands). The answer is in the commit that makes it true; what
#: it raises is the refusal, and then it has changed nothing.
Order: TypeAlias = Callable[[LocalEngine, Command], None]


def _retry(local: LocalEngine, command: Command) -> None:
    told = command.arguments
    wish = RetryWish(told.get("task"), told.get("params") or {}, told.get("texts") or {}, command.by)
    local.retry(command.run_key, wish, command.id)


ORDERS: Final[Mapping[str, Order]] = {"retry": _retry}


class Orders:
    """Obeys wishes for runs that are over: they have no owner any more, so any engine does. Used by one thread."""

    def __init__(self, local: LocalEngine) -> None:
        self._local = local
        self._commands: list[Command] = []

    def look(self, connection: Connection, room: int) -> bool:
        """See what is asked for, as far as there is room. Is there anything?"""
        self._commands = commands.for_anyone(connection, self._local.owner, room) if room > 0 else []
        return bool(self._commands)

    def act(self) -> None:
        """Do what was asked for, or say why not."""
        for command in self._commands:
            # A run that has just ended here, or was just begun again, is let go of first.
            if command.run_key not in {handle.key for handle in self._local.engine.live()} and self._waits(command):
                self._obey(command)

    def _waits(self, command: Command) -> bool:
        """Has nobody answered it since it was seen? Its run may have begun and ended meanwhile."""
        with self._local.database.read() as connection:
            found = commands.find(connection, command.id)
        return found is not None and found.state == "waiting"

    def _obey(self, command: Command) -> None:
        try:
            ORDERS[command.kind](self._local, command)
        except StoreBusy:
            raise
        except PenstockError as error:
            self._refuse(command, {"code": error.code, "detail": error.message, "cure": error.cure})
        except Exception as error:
            log.exception("run %s does not take '%s'", command.run_key, command.kind)
            self._refuse(command, {"code": "error", "detail": f"{type(error).__name__}: {error}"})

    def _refuse(self, command: Command, why: dict[str, str | None]) -> None:
        with self._local.database.write() as connection:
            if all(one.id != command.id for one in commands.for_anyone(connection, self._local.owner)):
                return  # another engine has begun with it, and answers
            commands.settle(connection, command.id, "refused", why, time.time())
