"""Attempts in worker processes of this machine, behind an agent process of their own."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

from penstock.agent.frames import BadFrame, FrameReader, Message, pack
from penstock.agent.logs import LIMIT
from penstock.errors import AgentLost, ExecutorError
from penstock.executors import lifelines
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

#: Seconds that the agent gets to end everything, before it is ended itself.
LAST_WORDS: Final = 5.0


class LocalExecutor:
    """Starts an agent and speaks to it (see ports.executor for the law).

    `workers`: attempts at the same time. `log_limit`: bytes of one attempt's log that are kept. `preload`: libraries
    that will probably be needed (of authoring.load.PRELOAD), to be loaded while the definition is still being read;
    what a run really needs comes with its context. `lifeline`: a file that is locked while we or the agent live.
    """

    def __init__(
        self, workers: int, *, log_limit: int = LIMIT, preload: Sequence[str] = (), lifeline: Path | None = None
    ) -> None:
        self.workers = workers
        self._lifeline = lifeline
        self._held: int | None = None
        self._log_limit = log_limit
        self._preload = list(preload)
        self._agent: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None
        self._errors: IO[bytes] | None = None
        self._ready = False
        self._poll = select.poll()
        self._reader = FrameReader()
        self._buffer = memoryview(bytearray(1 << 18))
        self._wakeup = os.pipe()
        for fd in self._wakeup:
            os.set_blocking(fd, False)
        self._poll.register(self._wakeup[0], select.POLLIN)

    def open(self) -> None:
        """Start the agent. Raises ExecutorError when it can't be started."""
        if self._lifeline is not None and self._held is None:
            self._held = lifelines.hold(self._lifeline)
        held = [] if self._held is None else [self._held]
        ours, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - read when the agent is lost
        command = [sys.executable, "-P", "-m", "penstock.agent"]
        arguments = [str(number) for number in (theirs.fileno(), self.workers, self._log_limit, *held)]
        try:
            self._agent = subprocess.Popen(
                command + arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno(), *held],
                start_new_session=True,  # Ctrl-C in a terminal is for us alone
            )
        except OSError as error:
            ours.close()
            raise ExecutorError(f"the agent can't be started: {error}") from error
        finally:
            theirs.close()
        self._sock = ours
        self._ready = False
        self._reader = FrameReader()
        self._poll.register(ours, select.POLLIN)
        if self._preload:
            self._send(["preload", self._preload])

    def prepare(self, context: RunContext) -> None:
        """Make a run known."""
        self._send(["run", dataclasses.asdict(context)])

    def dispatch(self, assignments: list[Assignment]) -> None:
        """Hand attempts over."""
        self._send(["dispatch", assignments])

    def cancel(self, keys: list[str]) -> None:
        """End attempts."""
        self._send(["cancel", keys])

    def forget(self, run_id: str) -> None:
        """A run is over."""
        self._send(["forget", run_id])

    def _send(self, message: Message) -> None:
        if self._sock is not None:
            # That the agent is gone is told by `poll`.
            with contextlib.suppress(OSError):
                self._sock.sendall(pack([message]))

    def poll(self, timeout: float | None) -> list[Report]:
        """Reports that have come, or come within `timeout` seconds."""
        if self._sock is None:
            raise AgentLost("the executor is closed")
        reports: list[Report] = []
        for fd, _ in self._poll.poll(None if timeout is None else timeout * 1000):
            if fd == self._wakeup[0]:
                with contextlib.suppress(BlockingIOError):
                    os.read(fd, 4096)
            else:
                self._receive(reports)
        return reports

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
            word = message[0]
            if word == "ended":
                usage = message[7]
                if usage is not None:
                    message[7] = Usage._make(usage)
                reports.append(Ended._make(message[1:]))
            elif word in _REPORTS:
                reports.append(_REPORTS[word](message[1:]))
            elif word == "ready":
                self._ready = True
            elif word == "broken":
                self._lost(message[1])

    def _lost(self, why: str) -> None:
        ready, words = self._ready, self._last_words()
        self._end()
        told = f"{why}: {words}" if words else why
        if not ready:
            raise ExecutorError(f"the agent did not start: {told}", cure="`penstock doctor` looks for the reason")
        raise AgentLost(told)

    def _last_words(self) -> str:
        if self._errors is None:
            return ""
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 2000))
        return self._errors.read().decode("utf-8", "replace").strip()

    def wake(self) -> None:
        """Make `poll` return."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._wakeup[1], b"\0")

    def close(self) -> None:
        """End everything that still runs."""
        self._send(["close"])
        self._end()
        if self._lifeline is not None and self._held is not None:
            lifelines.release(self._lifeline, self._held)
            self._held = None

    def _end(self) -> None:
        if self._sock is not None:
            self._poll.unregister(self._sock)
            self._sock.close()
            self._sock = None
        if self._agent is not None:
            try:
                self._agent.wait(LAST_WORDS)
            except subprocess.TimeoutExpired:
                self._agent.kill()
                self._agent.wait()
            self._agent = None
        if self._errors is not None:
            self._errors.close()
            self._errors = None


_REPORTS: Final[dict[str, Any]] = {
    "started": Started._make,
    "returned": Returned._make,
    "metric": Metric._make,
    "progress": Progress._make,
    "told": Told._make,
    "sample": Sample._make,
}
