"""The executor that is asked for. Without the engine: processes come up while that is loaded."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.compose.settings import Settings
from penstock.machine import cores

if TYPE_CHECKING:
    from penstock.ports.resting import PausableExecutor


def start_executor(
    settings: Settings,
    *,
    inline: bool = False,
    workers: int | None = None,
    preload: Sequence[str] = (),
    lifeline: Path | None = None,
    engine: bool = False,
) -> PausableExecutor:
    """The executor that is asked for, open: its processes come up while the caller goes on.

    `preload`: libraries that a run will probably need. `lifeline`: see executors.local. `engine`: it is for one whose
    runs others take over. Those of a terminal are only taken where it can't be seen from another machine that it is
    there: who stops it by Ctrl-Z finds its tasks again.
    """
    executor = _inline(settings, lifeline) if inline else _local(settings, workers, preload, lifeline, engine=engine)
    executor.open()
    return executor


def call_agent(settings: Settings, workers: int | None, board: socket.socket, lifeline: Path) -> PausableExecutor:
    """The executor of an engine of `penstock up`, open: its agent is there already, or comes up (executors.shared)."""
    from penstock.executors.shared import SharedExecutor

    executor = SharedExecutor(_width(settings, workers), board, lifeline, log_limit=settings.log_limit)
    executor.open()
    return executor


def _inline(settings: Settings, lifeline: Path | None) -> PausableExecutor:
    from penstock.executors.inline import InlineExecutor

    return InlineExecutor(log_limit=settings.log_limit, lifeline=lifeline)


def _local(
    settings: Settings, workers: int | None, preload: Sequence[str], lifeline: Path | None, *, engine: bool
) -> PausableExecutor:
    from penstock.executors.local import LocalExecutor
    from penstock.store.database import is_file

    leased = engine or (settings.database is not None and not is_file(settings.database))
    width, limit = _width(settings, workers), settings.log_limit
    return LocalExecutor(width, log_limit=limit, preload=preload, lifeline=lifeline, leased=leased)


def _width(settings: Settings, workers: int | None) -> int:
    return workers or settings.workers or cores().usable
