from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.executors.inline import InlineExecutor
from penstock.executors.local import LocalExecutor
from penstock.ports.executor import Executor
from tests.executors.sharing import SharedAgent
from tests.executors.stage import PIPELINES, Stage


@pytest.fixture(scope="module", params=["local", "shared", "inline"])
def executor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Executor]:
    if request.param == "shared":
        agent = SharedAgent(tmp_path_factory.mktemp("engines"))
        made = agent.engine()
        yield made
        made.close()
        assert agent.end() == 0
        return
    alone: Executor = LocalExecutor(2) if request.param == "local" else InlineExecutor()
    alone.open()
    yield alone
    alone.close()


@pytest.fixture
def stage(executor: Executor, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(executor, tmp_path, PIPELINES / "conformance.py")
    yield made
    executor.forget(made.context.run_id)
