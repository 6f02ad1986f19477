"""An agent as an executor: messages over a socket, reports from its frames."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import select
import socket
import time
from abc import ABC, abstractmethod
from typing import Any, Final, NoReturn

from penstock.agent.frames import BadFrame, FrameReader, Message, pack
from penstock.bell import Bell
from penstock.errors import AgentLost
from penstock.executors.lease import Lease
from penstock.ports.executor import (
    Assignment,
    Ended,
    Metric,
    Progress,
    Report,
    Returned,
    RunContext,
    Sample,
    Started,
    Told,
    Usage,
)

#: Seconds between two words to the agent. It ends what it runs for an engine that says nothing for some time, because
#: others take that for dead (agent.switchboard.ADOPT).
WORD: Final = 3.0


class AgentLink(ABC):
    """Speaks to an agent (see ports.executor for the law). Where it comes from, and goes, is for those who inherit."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.suspends = True
        self._sock: socket.socket | None = None
        self._spoken_at = -math.inf
        #: Our runs may be given to others when it lapses; None: nobody takes them.
        self.lease: Lease | None = None
        self._frozen = False
        self._poll = select.poll()
        self._reader = FrameReader()
        self._buffer = memoryview(bytearray(1 << 18))
        self._bell = Bell()
        self._poll.register(self._bell.fd, select.POLLIN)

    def _attach(self, sock: socket.socket) -> None:
        """There is an agent at the other end."""
        self._sock = sock
        self._reader = FrameReader()
        self._spoken_at = -math.inf
        self._frozen = False
        self._poll.register(sock, select.POLLIN)

    def _detach(self) -> None:
        if self._sock is not None:
            self._poll.unregister(self._sock)
            self._sock.close()
            self._sock = None

    def prepare(self, context: RunContext) -> None:
        """Make a run known."""
        self._send(["run", dataclasses.asdict(context)])

    def dispatch(self, assignments: list[Assignment]) -> None:
        """Hand attempts over."""
        self._send(["dispatch", assignments])

    def cancel(self, keys: list[str]) -> None:
        """End attempts."""
        self._send(["cancel", keys])

    def recall(self, keys: list[str]) -> None:
        """Take back what was not begun."""
        self._send(["recall", keys])

    def suspend(self, keys: list[str]) -> None:
        """Have attempts stand still."""
        self._send(["suspend", keys])

    def resume(self, keys: list[str]) -> None:
        """Let them go on."""
        self._send(["resume", keys])

    def forget(self, run_id: str) -> None:
        """A run is over."""
        self._send(["forget", run_id])

    def _send(self, *messages: Message) -> None:
        if self._sock is not None:
            # That the agent is gone is told by `poll`.
            with contextlib.suppress(OSError):
                self._sock.sendall(pack(list(messages)))

    def poll(self, timeout: float | None) -> list[Report]:
        """Reports that have come, or come within `timeout` seconds. Meanwhile the agent hears that we are alive, and
        has all that runs stand still while our lease has lapsed.
        """
        reports: list[Report] = []
        now = time.monotonic()
        until = math.inf if timeout is None else now + timeout
        while True:
            if self._sock is None:
                raise AgentLost("the executor is closed")
            if now - self._spoken_at >= WORD:
                self._spoken_at = now
                self._say_alive(now)
            if self._frozen != (self.lease is not None and self.lease.lapsed):
                self._frozen = not self._frozen
                self._send(["freeze" if self._frozen else "thaw"])
            ready = self._poll.poll(max(0.0, min(until, self._spoken_at + WORD) - now) * 1000)
            for fd, _ in ready:
                if fd == self._bell.fd:
                    self._bell.clear()
                else:
                    self._receive(reports)
            if ready or until <= (now := time.monotonic()):
                return reports

    def _say_alive(self, now: float) -> None:
        self._send(["alive", now])

    def _receive(self, reports: list[Report]) -> None:
        assert self._sock is not None
        try:
            data = bytes(self._buffer[: self._sock.recv_into(self._buffer)])
        except OSError:
            data = b""
        if not data:
            self._lost("the agent is gone")
        try:
            messages = self._reader.feed(data)
        except BadFrame as error:
            self._lost(f"the agent sent {error}")
        for message in messages:
            report = as_report(message)
            if report is not None:
                reports.append(report)
            elif message[0] == "doubt":
                self._make_sure()
            else:
                self._hear(message)

    def _make_sure(self) -> None:
        """The agent has all stand still, as it did not hear of us: so may others, who take our runs then."""
        self._frozen = True
        if self.lease is not None:
            self.lease.doubt()

    @abstractmethod
    def _hear(self, message: Message) -> None:
        """The agent says something of itself."""

    @abstractmethod
    def _lost(self, why: str) -> NoReturn:
        """There is no agent any more: raise AgentLost, with everything released."""
        raise NotImplementedError

    def wake(self) -> None:
        """Make `poll` return."""
        self._bell.ring()


def as_report(message: Message) -> Report | None:
    """What an agent has reported; None for a message that is no report."""
    made = _REPORTS.get(message[0])
    return None if made is None else made(message[1:])


def _ended(facts: list[Any]) -> Ended:
    if facts[6] is not None:
        facts[6] = Usage._make(facts[6])
    for at in _TIMES:
        if type(facts[at]) is int:  # a worker tells microseconds, an agent seconds
            facts[at] /= 1_000_000
    return Ended._make(facts)


#: Places of the times of an end.
_TIMES: Final = (7, 8)

_REPORTS: Final[dict[str, Any]] = {
    "ended": _ended,
    "started": Started._make,
    "returned": Returned._make,
    "metric": Metric._make,
    "progress": Progress._make,
    "told": Told._make,
    "sample": Sample._make,
}
