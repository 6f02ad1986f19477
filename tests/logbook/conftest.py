from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from penstock.logbook import index
from tests.logbook.naive import Naive


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of two or three lines, so that short logs have many."""
    monkeypatch.setattr(index, "BLOCK", 300)


@pytest.fixture(scope="module")
def naive() -> Iterator[Naive]:
    with TemporaryDirectory() as folder:
        yield Naive(Path(folder))
