"""Kedro projects as tests use them: copies in a folder of the test, Kedro's telemetry off."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integrations.kedro.oldest import oldest_python
from tests.integrations.kedro.projects.made import make_project


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.delenv("PENSTOCK_KEDRO", raising=False)
    monkeypatch.delenv("PENSTOCK_HOME", raising=False)


@pytest.fixture(scope="session", params=["newest", pytest.param("oldest", marks=pytest.mark.beside)])
def kedro_python(request: pytest.FixtureRequest) -> Path:
    """The interpreter that has a Kedro: the one that is here, and the oldest that we take."""
    return Path(sys.executable) if request.param == "newest" else oldest_python()


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a copy of one of the projects, with its data."""
    return lambda name: make_project(name, tmp_path)
