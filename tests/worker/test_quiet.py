"""Whether a worker has to wait until the agent has read what was written."""

from __future__ import annotations

import dataclasses
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.agent.frames import FrameReader
from penstock.executors.inline import InlineExecutor
from penstock.worker.code import Run
from penstock.worker.main import Tokens, Worker
from tests.executors.stage import PIPELINES, Stage

QUIET = 12


class Surroundings:
    def flush(self) -> None: ...
    def keep(self) -> None: ...
    def restore(self) -> None: ...
    def threads_left(self) -> bool:
        return False


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for fd in ends:
        os.close(fd)


def test_what_an_import_has_written_is_waited_for(
    tmp_path: Path, pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is in the figures of no attempt: who looks at those alone goes on, and it becomes the next one's."""
    reading, writing = pipe
    load = Run.load

    def load_and_write(run: Run) -> bool:
        imported = load(run)
        if imported:
            os.write(writing, b"hello\n")
        return imported

    monkeypatch.setattr(Run, "load", load_and_write)
    monkeypatch.setattr("penstock.worker.code._imported", {})
    # A worker has no children but those of its tasks; this process may have some of other tests.
    monkeypatch.setattr("penstock.worker.main._children_left", lambda: False)
    stage = Stage(InlineExecutor(), tmp_path, PIPELINES / "conformance.py")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        worker = Worker(theirs, Tokens(reading), [writing], Surroundings())  # type: ignore[arg-type]
        worker._take["run"](["run", dataclasses.asdict(stage.context)])

        def quiet() -> Any:
            worker._take["do"](["do", stage.assignment("one")])
            said = FrameReader().feed(ours.recv(1 << 16))
            return said[-1][QUIET]

        assert not quiet()
        os.read(reading, 100)
        assert quiet()
