"""A server for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.server import doors
from penstock.server.doors import Tries
from tests.server.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tries to come in are made in one moment, however slow the machine is. Ask for it before `world`."""
    monkeypatch.setattr(doors, "Tries", lambda: Tries(lambda: 100.0))
