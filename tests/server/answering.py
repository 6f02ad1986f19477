"""Somebody who answers commands while a test asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from penstock.store import commands
from penstock.store.commands import Command
from penstock.store.connection import Connection
from tests.server.world import World


@contextmanager
def answering(
    world: World, find: Callable[[Connection], list[Command]], answer: str, outcome: Any = None
) -> Iterator[None]:
    """Answers the commands that `find` finds, as an engine would."""
    end = threading.Event()

    def work() -> None:
        while not end.wait(0.005):
            with world.database.write() as connection:
                for command in find(connection):
                    commands.settle(connection, command.id, answer, outcome, time.time())  # type: ignore[arg-type]

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
