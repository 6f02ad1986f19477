"""One worker as the agent sees it: its socket, its two pipes, what it knows and does."""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import struct
import termios
from collections.abc import Callable
from typing import Any, Final

from penstock.agent.attempts import Attempt
from penstock.agent.channel import Channel
from penstock.agent.frames import Message
from penstock.agent.logs import Stream
from penstock.agent.poller import Poller

#: Bytes of a pipe that are read at once: a flood of one task must not hold up the others for long.
CHUNK: Final = 64 * 1024
#: Bytes that a worker may write before its first attempt (a module that prints while it is imported).
EARLY: Final = 64 * 1024
#: Paths of artifacts that a worker is taken to have in memory.
HELD: Final = 16


class Member:
    """A worker process. `pool` is the code that it has loaded, None while it is fresh."""

    def __init__(self, name: str, poller: Poller, take: Callable[[Member, list[Message]], None]) -> None:
        self.name = name
        self.pid: int | None = None
        self.pool: tuple[str, str] | None = None
        self.attempt: Attempt | None = None
        self.runs: set[str] = set()
        self.held: dict[str, None] = {}
        self.done = 0
        #: Its code is imported: an attempt starts as soon as it is handed over.
        self.loaded = False
        self.broken: str | None = None
        self.retiring = False
        self.idle_since = 0.0
        self.totals: tuple[float, int, int] = (0.0, 0, 0)
        self.marker = f"\x1e{secrets.token_hex(8)} "
        self._early: list[tuple[Stream, bytes]] = []
        self._early_size = 0
        ours, theirs = socket.socketpair()
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        self.ends = [theirs.detach(), out_end, err_end]
        self._poller = poller
        self._pipes: dict[int, Stream] = {
            out: Stream("stdout"),
            err: Stream("stderr", self.marker.encode()),
        }
        self.channel = Channel(ours, poller, lambda messages: take(self, messages), self._over)
        for fd in self._pipes:
            os.set_blocking(fd, False)
            poller.watch(fd, lambda fd=fd: self._read(fd))  # type: ignore[misc]

    def give_ends(self) -> None:
        """The worker has its ends now: close ours."""
        for fd in self.ends:
            os.close(fd)
        self.ends = []

    def _over(self, problem: str | None) -> None:
        # The end of the socket alone says little: the template tells how the process ended.
        self.broken = self.broken or problem

    def send(self, *messages: Message) -> None:
        """Send messages to the worker."""
        self.channel.send(list(messages))

    def hold(self, paths: Any) -> None:
        """Remember that the worker has these artifacts in memory."""
        for path in paths:
            self.held.pop(path, None)
            self.held[path] = None
        while len(self.held) > HELD:
            del self.held[next(iter(self.held))]

    # --- what it writes ------------------------------------------------------------------------------

    def _read(self, fd: int, most: int = CHUNK) -> int:
        """Read up to `most` bytes of a pipe into the log of the attempt; how many there were."""
        try:
            data = os.read(fd, most)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            data = b""
        if not data:
            self._poller.forget(fd)
            return 0
        stream = self._pipes[fd]
        if self.attempt is not None:
            stream.feed(data, self.attempt.log)
        elif self._early_size < EARLY:
            self._early.append((stream, data))
            self._early_size += len(data)
        return len(data)

    def begin_log(self, attempt: Attempt) -> None:
        """What was written before this attempt, by the import of its code, belongs to it."""
        for stream, data in self._early:
            stream.feed(data, attempt.log)
        self._early = []
        self._early_size = EARLY

    def drain(self) -> None:
        """Take what is in the pipes now, and no more: children that still write could go on for ever."""
        for fd in self._pipes:
            waiting = _waiting(fd)
            while waiting > 0:
                got = self._read(fd, min(waiting, CHUNK))
                if not got:
                    break
                waiting -= got

    def end_log(self, attempt: Attempt) -> None:
        """Write the last, unfinished lines of an attempt."""
        for stream in self._pipes.values():
            stream.finish(attempt.log)
        attempt.log.close()

    def close(self) -> None:
        """The process is gone, and all of it was read."""
        self.channel.close()
        if self.ends:
            self.give_ends()
        for fd in self._pipes:
            self._poller.forget(fd)
            os.close(fd)
        self._pipes = {}


def _waiting(fd: int) -> int:
    """Bytes in a pipe."""
    try:
        return struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, b"\0\0\0\0"))[0]  # type: ignore[no-any-return]
    except OSError:
        return 0
