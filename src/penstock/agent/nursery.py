"""The template process as the agent sees it: where workers are forked, and who tells of their ends."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Final

from penstock.agent.channel import Channel
from penstock.agent.frames import Message, pack
from penstock.agent.poller import Poller

_MODULE: Final = "penstock.worker.template"


class Nursery:
    """Starts one template and speaks to it. `take` gets its messages, `over` is called when it is gone."""

    def __init__(self, poller: Poller, take: Callable[[list[Message]], None], over: Callable[[], None]) -> None:
        ours, theirs = socket.socketpair()
        os.set_inheritable(theirs.fileno(), True)
        # -P: the folder that we were started in is no place for our own imports.
        command = [sys.executable, "-P", "-m", _MODULE, str(theirs.fileno())]
        self.pid = os.posix_spawn(sys.executable, command, os.environ)
        theirs.close()
        self._channel = Channel(ours, poller, take, lambda problem: over())
        self._loaded: set[str] = set()

    def preload(self, modules: list[str]) -> None:
        """Have libraries imported before the next fork."""
        new = [module for module in modules if module not in self._loaded]
        if new:
            self._loaded.update(new)
            self._post(["preload", new], [])

    def fork(self, name: str, marker: str, ends: list[int]) -> None:
        """Have a worker forked that gets these descriptors. Raises OSError."""
        self._post(["fork", name, marker], ends)

    def _post(self, message: Message, fds: list[int]) -> None:
        # The template is never slow for long, and a frame must not be torn from its descriptors: wait for room.
        sock = self._channel.sock
        sock.setblocking(True)
        try:
            frame = pack([message])
            sent = socket.send_fds(sock, [frame], fds)
            sock.sendall(frame[sent:])
        finally:
            sock.setblocking(False)

    def close(self) -> None:
        """Let it end: it kills all workers and what is below them."""
        self._channel.close()

    def kill(self) -> None:
        """End it by force."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
