"""Attempts in worker processes of this machine, behind the agent of `penstock up`, which outlives its engines."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import time
from pathlib import Path
from typing import Final, NoReturn

from penstock.agent import switchboard
from penstock.agent.frames import Message
from penstock.agent.logs import LIMIT
from penstock.errors import AgentLost, ExecutorError
from penstock.executors import lifelines
from penstock.executors.link import AgentLink
from penstock.executors.local import LAST_WORDS
from penstock.ports.executor import Assignment, Legacy

#: Frames that an agent keeps before it is told by a message of its own that they are on record.
UNTOLD: Final = 16


class SharedExecutor(AgentLink):
    """Calls the agent at a switchboard (see ports.executor for the law, and `Lasting` there).

    `workers`: attempts at the same time. `log_limit`: bytes of one attempt's log that are kept. `lifeline`: a file that
    is locked while we live, or an agent that worked for us.
    """

    def __init__(self, workers: int, board: socket.socket, lifeline: Path, *, log_limit: int = LIMIT) -> None:
        super().__init__(workers)
        self.taken = 0
        self.legacy: Legacy | None = None
        self._board = board
        self._lifeline = lifeline
        self._held: int | None = None
        self._log_limit = log_limit
        #: Later engines have higher ones: the clock is the same for all processes since the machine started.
        self._rank = time.monotonic_ns()
        self._pid: int | None = None
        #: What the agent is told once it has answered: it may take a while to be started.
        self._unsent: list[Message] = []
        #: What an agent's numbers of frames are less than ours, which go on from agent to agent.
        self._offset = 0
        self._told = 0
        self._safe = 0

    def open(self) -> None:
        """Call the agent. Raises ExecutorError when that is impossible."""
        if self._held is None:
            self._held = lifelines.hold(self._lifeline)
        spool = self._lifeline.with_suffix(lifelines.SPOOL)
        hello = switchboard.Hello(self._rank, self.workers, self._log_limit, self._lifeline.name, str(spool))
        ours, theirs = socket.socketpair()
        try:
            switchboard.call(self._board, hello, theirs, self._held)
        except OSError as error:
            ours.close()
            raise ExecutorError(f"the agent can't be reached: {error}") from error
        finally:
            theirs.close()
        self._pid, self._unsent = None, []
        self._attach(ours)

    def _send(self, *messages: Message) -> None:
        if self._pid is None:
            self._unsent += messages
        else:
            super()._send(*messages)

    def _say_alive(self, now: float) -> None:
        if self._pid is not None:
            super()._say_alive(now)

    def dispatch(self, assignments: list[Assignment]) -> None:
        """Hand attempts over."""
        self._send(*self._acknowledgement(), ["dispatch", assignments])

    def spare(self, keys: list[str]) -> None:
        """End the others of the legacy."""
        self._send(["spare", keys])

    def keep(self, keys: list[str]) -> None:
        """Go on with these attempts of the legacy, and with no other."""
        self._send(["keep", keys])

    def acknowledge(self, taken: int) -> None:
        """All reports up to that number are on record."""
        self._safe = taken
        if taken - self._told >= UNTOLD:
            self._send(*self._acknowledgement())

    def _acknowledgement(self) -> list[Message]:
        if self._safe <= self._told:
            return []
        self._told = self._safe
        return [["ack", self._safe - self._offset]]

    def _hear(self, message: Message) -> None:
        word = message[0]
        if word == "frame":
            self.taken = self._offset + message[1]
        elif word == "here":
            self._answered(*message[1:])
        elif word == "spared" and self.legacy is not None:
            kept = {key: asked for key, asked in self.legacy.attempts.items() if key in message[1]}
            self.legacy = self.legacy._replace(attempts=kept)
        elif word == "broken":
            self._lost(message[1])
        elif word == "refused":
            self._detach()
            raise ExecutorError("a later engine has the agent now", cure="this one has to end")

    def _answered(self, pid: int, number: int, left: bool, engines: list[str], attempts: dict[str, bool]) -> None:
        self._pid = pid
        self._offset = self.taken - number
        self._told = self._safe = self.taken
        first = self.legacy is None
        if first:
            self.legacy = Legacy(left, frozenset(engines), attempts)
        unsent, self._unsent = self._unsent, []
        if left and not first:
            # We have given them up for lost.
            unsent.insert(0, ["keep", []])
        if unsent:
            self._send(*unsent)

    def _lost(self, why: str) -> NoReturn:
        self._detach()
        if self.legacy is not None:
            self.legacy = self.legacy._replace(attempts={})
        raise AgentLost(why)

    def close(self) -> None:
        """End everything that still runs."""
        self._send(["close"])
        if self._sock is not None and self._pid is not None:
            self._wait_for_end(self._sock, self._pid)
        self._detach()
        if self._held is not None:
            lifelines.release(self._held)
            self._held = None

    def leave(self) -> None:
        """Leave everything to the next engine: this one has fallen, of itself."""
        self._send(["fallen"])
        self._detach()
        if self._held is not None:
            os.close(self._held)  # the agent holds it too: no unlocking
            self._held = None

    def _wait_for_end(self, sock: socket.socket, pid: int) -> None:
        deadline = time.monotonic() + LAST_WORDS
        with contextlib.suppress(OSError):
            while (left := deadline - time.monotonic()) > 0:
                if select.select([sock], [], [], left)[0] and not sock.recv(1 << 18):
                    return
            # It lives: the connection is open. So the number is still its own.
            os.kill(pid, signal.SIGKILL)
