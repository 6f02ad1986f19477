"""The agent of `penstock up` without it: engines call, and are killed, as a test says."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penstock.executors.link import AgentLink
from penstock.executors.local import LocalExecutor
from penstock.executors.shared import SharedExecutor

COMMAND = [sys.executable, "-P", "-m", "penstock.agent", "--shared"]


class SharedAgent:
    """An agent process, and what `up` has of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)
        self.board, self._theirs = socket.socketpair()
        self.engines: list[SharedExecutor] = []
        self.start()

    def start(self) -> None:
        """Start the process, as `up` does when it has fallen."""
        fd = self._theirs.fileno()
        self.process = subprocess.Popen([*COMMAND, str(fd)], pass_fds=[fd], stdout=subprocess.PIPE)

    def engine(self, workers: int = 2) -> SharedExecutor:
        """An engine that has just come."""
        made = SharedExecutor(workers, self.board, self.lifeline(next(self._numbers)))
        self.engines.append(made)
        made.open()
        return made

    def lifeline(self, number: int) -> Path:
        """That of the engine of this number, from 1."""
        return self.folder / f"engine-{number}"

    def end(self) -> int:
        """All of it is over; the agent's exit status."""
        for executor in self.engines:
            kill(executor)
        self.board.close()
        self._theirs.close()
        status = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@contextmanager
def linked(kind: str, folder: Path) -> Iterator[AgentLink]:
    """An executor of two workers with an agent of its own (`local`), or with one that engines share."""
    if kind == "local":
        made = LocalExecutor(2)
        made.open()
        yield made
        made.close()
    else:
        agent = SharedAgent(folder / "engines")
        yield agent.engine()
        agent.end()


def kill(executor: SharedExecutor) -> None:
    """An engine is killed: the kernel closes what it had."""
    executor._detach()
    if executor._held is not None:
        os.close(executor._held)
        executor._held = None
