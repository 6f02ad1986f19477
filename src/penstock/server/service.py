"""What every route may use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from penstock.store.database import Database


@dataclass(slots=True)
class Service:
    """The store, and where logs and artifacts lie. `closing` is set when the server ends: streams end with it.

    `project`: the folder whose pipelines are shown. `port`: where the server listens, also a part of its cookie's name.
    """

    database: Database
    artifacts: Path
    logs: Path
    project: Path
    port: int
    token: str
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def _service(request: Request) -> Service:
    found: Service = request.app.state.service
    return found


#: As a parameter of a route: `service: ServiceOf`.
ServiceOf = Annotated[Service, Depends(_service)]
