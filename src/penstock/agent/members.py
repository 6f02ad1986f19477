"""One worker as the agent sees it: its socket, its two pipes, what it knows and does."""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import termios
from collections.abc import Callable, Iterable
from typing import Final, Literal, TypeAlias

from penstock.agent.ahead import Ahead
from penstock.agent.attempts import Attempt, Totals
from penstock.agent.channel import Channel
from penstock.agent.frames import Message
from penstock.agent.logs import LogFile
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.streams import MarkedStream, TextStream

#: Bytes of a pipe that are read at once: a flood from one task must not hold up the others for long.
CHUNK: Final = 64 * 1024
#: Bytes that are kept of what a worker writes before its first attempt, while it imports a user's module.
EARLY: Final = 64 * 1024
#: Artifacts that a worker is taken to have in memory still.
HELD: Final = 32
#: Bytes of one frame from a worker.
FRAME: Final = 128 * 1024 * 1024

#: starting: no process yet · fresh: no user code in it · idle · busy · leaving: on its way out, gets nothing more.
State: TypeAlias = Literal["starting", "fresh", "idle", "busy", "leaving"]


class Member:
    """A worker. `pool` names the code that it is for, None while it is fresh."""

    def __init__(
        self,
        name: str,
        poller: Poller,
        take: Callable[[Member, list[Message]], None],
        silent: Callable[[Member, str | None], None],
        secure: Callable[[Member], None],
    ) -> None:
        self.name = name
        self.pid: int | None = None
        self.state: State = "starting"
        self.pool: tuple[str, str] | None = None
        #: Its code is imported: an attempt starts as soon as it is handed over.
        self.loaded = False
        self.attempt: Attempt | None = None
        #: The key of the last attempt that it made, if that succeeded.
        self.succeeded: str | None = None
        #: The run that it worked for last.
        self.run: Run | None = None
        #: Runs whose context it has.
        self.runs: set[str] = set()
        self.done = 0
        #: It has done enough, and is to be replaced as soon as it can be spared.
        self.tired = False
        #: Its last attempt was short.
        self.brisk = False
        #: Its last attempt was no short one.
        self.slow = False
        #: Attempts that it has before it is free.
        self.ahead = Ahead()
        self.totals = Totals()
        #: What was wrong with what it sent.
        self.broken: str | None = None
        self.marker = f"\x1e{os.urandom(8).hex()} "
        self._held: dict[str, None] = {}
        self._early: list[tuple[int, bytes]] = []
        self._early_room = EARLY
        #: Something was written by the attempt that it is at.
        self._written = False
        self._poller = poller
        ours, theirs = socket.socketpair()
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        #: The descriptors that go to the process: socket, standard output, standard error, tokens.
        self.ends = [theirs.detach(), out_end, err_end, os.dup(self.ahead.end)]
        self._secure = secure
        self._pipes: dict[int, TextStream | MarkedStream] = {
            out: TextStream("stdout"),
            err: MarkedStream("stderr", self.marker.encode("ascii")),
        }
        self.channel = Channel(
            ours, poller, lambda messages: take(self, messages), lambda why: silent(self, why), FRAME
        )
        for fd in self._pipes:
            os.set_blocking(fd, False)
            poller.watch(fd, _bound(self._readable, fd))

    @property
    def last(self) -> Attempt | None:
        """The last attempt that it has."""
        return self.ahead.waiting[-1] if self.ahead.waiting else self.attempt

    def close_ends(self) -> None:
        """The process has its ends now."""
        for fd in self.ends:
            os.close(fd)
        self.ends = []

    def send(self, *messages: Message) -> None:
        """Send messages to the process."""
        self.channel.send(list(messages))

    # --- what it has in memory -------------------------------------------------------------------------

    def hold(self, paths: Iterable[str | None]) -> None:
        """It has these artifacts in memory now; those without a path are no files."""
        for path in paths:
            if path is not None:
                self._held.pop(path, None)
                self._held[path] = None
        while len(self._held) > HELD:
            del self._held[next(iter(self._held))]

    def holds(self, paths: Iterable[str]) -> int:
        """How many of these artifacts it has in memory."""
        return sum(path in self._held for path in paths)

    # --- what it writes ----------------------------------------------------------------------------------

    def _readable(self, fd: int) -> None:
        if self.ahead.waiting:
            # Who has written this? With nothing ahead of it, the worker can't go on to another attempt meanwhile.
            self._secure(self)
        self._read(fd)

    def _read(self, fd: int, most: int = CHUNK) -> int:
        """Read up to `most` bytes of a pipe into the log of the attempt; how many there were."""
        try:
            data = os.read(fd, most)
        except (BlockingIOError, InterruptedError):
            return 0
        if not data:
            self._poller.forget(fd)
            return 0
        if self.attempt is not None:
            self._written = True
            self._pipes[fd].feed(data, self.attempt.log)
        elif self._early_room > 0:
            self._early.append((fd, data))
            self._early_room -= len(data)
        return len(data)

    def begin(self, attempt: Attempt) -> None:
        """Start an attempt; what was written before, by the import of its code, belongs to it."""
        self.state = "busy"
        self.attempt = attempt
        self.run = attempt.run
        attempt.worker = self
        attempt.before = self.totals
        if self._early:
            self._written = True
            early, self._early = self._early, []
            for fd, data in early:
                self._pipes[fd].feed(data, attempt.log)
        # Whatever comes between attempts belongs to none of them.
        self._early_room = 0

    def early_words(self) -> str:
        """What it wrote before any attempt; its end, where an error is."""
        return b"".join([data for _, data in self._early]).decode("utf-8", "replace").strip()[-2000:]

    def drain(self) -> None:
        """Take what is in the pipes now, and no more: a child that still writes could go on for ever."""
        for fd in self._pipes:
            waiting = _waiting(fd)
            while waiting > 0:
                got = self._read(fd, min(waiting, CHUNK))
                if not got:
                    break
                waiting -= got

    def end_log(self, log: LogFile) -> str | None:
        """Write the last lines of an attempt and close its log; why that can't be read, if so."""
        if self._written:
            self._written = False
            for stream in self._pipes.values():
                stream.finish(log)
        return log.close()

    def close(self) -> None:
        """The process is gone, and all of it was read."""
        self.channel.close()
        self.ahead.close()
        self.close_ends()
        for fd in self._pipes:
            self._poller.forget(fd)
            os.close(fd)
        self._pipes = {}


def _bound(read: Callable[[int], None], fd: int) -> Callable[[], object]:
    return lambda: read(fd)


def _waiting(fd: int) -> int:
    """Bytes that a pipe holds now."""
    answer: int
    (answer,) = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0\0\0\0"))
    return answer
