from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.executors.inline import InlineExecutor
from penstock.executors.local import LocalExecutor
from penstock.ports.executor import Executor
from tests.executors.stage import PIPELINES, Stage


@pytest.fixture(scope="module", params=["local", "inline"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made: Executor = LocalExecutor(2) if request.param == "local" else InlineExecutor()
    made.open()
    yield made
    made.close()


@pytest.fixture
def stage(executor: Executor, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(executor, tmp_path, PIPELINES / "conformance.py")
    yield made
    executor.forget(made.context.run_id)
