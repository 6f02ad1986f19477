"""Attempts in worker processes of this machine, behind an agent process of our own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final, NoReturn

from penstock.agent.frames import Message
from penstock.agent.logs import LIMIT
from penstock.errors import AgentLost, ExecutorError
from penstock.executors import lifelines
from penstock.executors.link import AgentLink

#: Seconds that the agent gets to end everything, before it is ended itself.
LAST_WORDS: Final = 5.0


class LocalExecutor(AgentLink):
    """Starts an agent, which ends with us (see ports.executor for the law).

    `workers`: attempts at the same time. `log_limit`: bytes of one attempt's log that are kept. `preload`: libraries
    that will probably be needed (of authoring.load.PRELOAD), to be loaded while the definition is still being read;
    what a run really needs comes with its context. `lifeline`: a file that is locked while we or the agent live.
    `leased`: others may take our runs when nothing is heard of us for some time; so the agent ends them then.
    """

    def __init__(
        self,
        workers: int,
        *,
        log_limit: int = LIMIT,
        preload: Sequence[str] = (),
        lifeline: Path | None = None,
        leased: bool = True,
    ) -> None:
        super().__init__(workers)
        self._lifeline = lifeline
        self._held: int | None = None
        self._log_limit = log_limit
        self._preload = list(preload)
        self._agent: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._ready = False
        self._leased = leased

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
        self._ready = False
        self._attach(ours)
        if self._preload:
            self._send(["preload", self._preload])

    def _say_alive(self, now: float) -> None:
        if self._leased:
            super()._say_alive(now)

    def _hear(self, message: Message) -> None:
        if message[0] == "ready":
            self._ready = True
        elif message[0] == "broken":
            self._lost(message[1])

    def _lost(self, why: str) -> NoReturn:
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

    def close(self) -> None:
        """End everything that still runs."""
        self._send(["close"])
        self._end()
        if self._held is not None:
            lifelines.release(self._held)
            self._held = None

    def _end(self) -> None:
        self._detach()
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
