from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from penstock.executors.local import LocalExecutor
from tests.executors.stage import Stage

ROUGH = Path(__file__).parent / "pipelines" / "rough.py"


@pytest.fixture(scope="module")
def executor() -> Iterator[LocalExecutor]:
    made = LocalExecutor(2)
    made.open()
    yield made
    made.close()


@pytest.fixture
def stage(executor: LocalExecutor, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(executor, tmp_path, ROUGH, run_id=tmp_path.name)
    yield made
    executor.forget(made.context.run_id)


@pytest.fixture
def own_stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage on an executor of its own, for those who break it."""
    executor = LocalExecutor(2)
    executor.open()
    yield Stage(executor, tmp_path, ROUGH, run_id=tmp_path.name)
    executor.close()


def tagged(tag: str) -> list[int]:
    """Processes that have `tag` in their command line."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                command = Path(f"/proc/{name}/cmdline").read_bytes()
                state = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()[0]
            except OSError:
                continue
            if tag.encode() in command.split(b"\0") and state != b"Z":
                found.append(int(name))
    return found


def eventually(holds: Callable[[], bool], within: float = 10.0) -> float:
    """Wait until something holds; how long it took."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < within, "it did not come to hold"
        time.sleep(0.002)
    return time.monotonic() - start
