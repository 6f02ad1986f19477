"""What every route may use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.server.packed import Packed
from penstock.server.writing import Writing
from penstock.store.database import Database

if TYPE_CHECKING:
    from penstock.server.environments import Environments

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


@dataclass(slots=True)
class Service:
    """The store, and where logs and artifacts lie. `closing` is set when the server ends: streams end with it.

    `project`: the folder whose pipelines are shown. `port`: where the server listens, also a part of its cookie's name.
    `hosts`: the names that it answers to, without the port; IPv6 addresses in brackets. `graphs`: those that were
    asked for last. `named`: the project's name, None: that of its folder. Who reads uses `database.read()`, who writes
    `writing()`. `environments` finds versions for those of Kedro projects; it comes with the routes that ask it
    (`api.create_api`).
    """

    database: Database
    artifacts: Path
    logs: Path
    project: Path
    port: int
    token: str
    hosts: tuple[str, ...] = LOOPBACK
    named: str | None = None
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    graphs: Packed = field(default_factory=Packed)
    writing: Writing = field(init=False)
    environments: Environments = field(init=False)

    def __post_init__(self) -> None:
        self.writing = Writing(self.database)
