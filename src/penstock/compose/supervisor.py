"""Processes that are to stay: started, heard, started again when they fall, ended in order. One thread, no library."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any, Final

from penstock.errors import PenstockError

#: Seconds before a process that fell is started again: doubled each time it falls soon, up to the longest, so that an
#: engine is back while its agent still waits for it (agent.switchboard.ADOPT).
SHORTEST: Final = 0.2
LONGEST: Final = 5.0
#: One that has lived this long starts with the shortest wait again.
SETTLED: Final = 30.0
#: Falls in a row, before it was ready even once, after which it is given up.
TRIES: Final = 3
#: What a process ends with that has said what is wrong with settings or use: starting it again would not help.
WRONG_USE: Final = 2


class GivenUp(PenstockError):
    """A process of `penstock up` does not start."""

    code = "given_up"


class Child:
    """A process, by what it runs: a module with `main(arguments)`, see `compose.child`.

    One that is not `guarded` is run as `python -m` does, and sees itself to its end when we are gone. `fds` are
    descriptors that it gets, under their numbers. `ready` is set by who hears that it works, `fallen` until it works
    again; `said` gets the documents that it writes, a line each, but for what is `wrong` with it (compose.parent).
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        said: Callable[[dict[str, Any]], None],
        *,
        fds: Sequence[int] = (),
        guarded: bool = True,
    ) -> None:
        self.name = name
        self.ready = False
        self.fallen = False
        self.wrong: dict[str, Any] | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self.again_at: float | None = None
        self._module = module
        self._arguments = list(arguments)
        self._said = said
        self._fds = list(fds)
        self._guarded = guarded
        self._falls = 0
        self._began = 0.0
        self._line = b""
        self._control: int | None = None
        #: Can it still be heard?
        self.speaks = False

    def start(self) -> None:
        """Start it. Raises GivenUp where the system can't."""
        theirs, self._control = os.pipe()
        self._line = b""
        self._began = time.monotonic()
        self.again_at = None
        self.wrong = None
        guard = ["penstock.compose.child", str(theirs)] if self._guarded else []
        command = [sys.executable, "-P", "-m", *guard, self._module, *self._arguments]
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                pass_fds=[theirs, *self._fds] if self._guarded else self._fds,
                start_new_session=True,  # Ctrl-C in a terminal is for us alone
            )
        except OSError as error:
            raise GivenUp(f"the {self.name} can't be started: {error}") from error
        finally:
            os.close(theirs)
        self.speaks = True

    @property
    def alive(self) -> bool:
        """Was it started, and has its end not been seen?"""
        return self.process is not None

    @property
    def out(self) -> int:
        """What it writes to."""
        assert self.process is not None
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def hear(self) -> None:
        """Take in what it has written."""
        piece = os.read(self.out, 65536)
        self.speaks = bool(piece)
        *lines, self._line = (self._line + piece).split(b"\n")
        for line in lines:
            try:
                document = json.loads(line)
            except ValueError:
                continue  # something in it prints: it has nowhere to go
            if isinstance(document, dict) and "wrong" in document:
                self.wrong = document["wrong"]
            elif isinstance(document, dict):
                self._said(document)

    def ended(self) -> int | None:
        """Its exit status, once it has ended; then nothing of it is held any more."""
        if self.process is None or self.process.poll() is None:
            return None
        status = self.process.returncode
        while self.speaks and select.select([self.out], [], [], 0)[0]:
            self.hear()
        self._release()
        return int(status)

    def fell(self, status: int) -> float:
        """It ended unasked: seconds until it is to be started again. Raises GivenUp."""
        lived = time.monotonic() - self._began
        self._falls = 1 if lived >= SETTLED else self._falls + 1
        if not self.ready and (status == WRONG_USE or self._falls >= TRIES):
            wrong = self.wrong or {"message": f"it {how_it_ended(status)}", "cure": None}
            raise GivenUp(f"the {self.name} does not start: {wrong['message']}", cure=wrong["cure"], status=status)
        wait = min(LONGEST, SHORTEST * 2.0 ** (self._falls - 1))
        self.again_at = time.monotonic() + wait
        return wait

    def how(self, status: int) -> str:
        """`was killed by SIGKILL`, or what it has told to be wrong."""
        if self.wrong is None:
            return how_it_ended(status)
        cure = f"; {self.wrong['cure']}" if self.wrong["cure"] else ""
        return f"ended: {self.wrong['message']}{cure}"

    def signal(self, number: int) -> None:
        """Send it a signal, if it lives."""
        if self.process is not None:
            self.process.send_signal(number)

    def _release(self) -> None:
        if self._control is not None:
            os.close(self._control)
            self._control = None
        self.speaks = False
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None


class Signals:
    """Requests to end, and ends of children, as something that `poll` can wait for.

    A signal that is ignored when we start (`nohup`, jobs in the background) stays ignored.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.fd, self._bell = os.pipe()
        os.set_blocking(self.fd, False)
        os.set_blocking(self._bell, False)
        self._before: dict[int, Any] = {}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._ask)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        self._wakeup = signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)

    def clear(self) -> None:
        """Forget that something came; what came is in `asked`."""
        try:
            os.read(self.fd, 4096)
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Be as it was before."""
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.fd)
        os.close(self._bell)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1


class Supervisor:
    """Sees to its children until it is asked to end.

    `fell` is told of each child that ended unasked, how, and the seconds until it starts again. `extra` are further
    descriptors to wait for, with what to call when they can be read.
    """

    def __init__(self, children: Sequence[Child], signals: Signals, fell: Callable[[Child, str, float], None]) -> None:
        self.children = list(children)
        self.extra: dict[int, Callable[[], None]] = {}
        #: When to return from `wait` at the latest, by the monotonic clock.
        self.alarm: float | None = None
        self._signals = signals
        self._fell = fell

    def start(self) -> None:
        """Start all children. Raises GivenUp."""
        for child in self.children:
            child.start()

    def wait(self, *, ending: bool = False) -> None:
        """Wait until something happens, and see to it. `ending`: who ends stays so. Raises GivenUp."""
        now = time.monotonic()
        due = [child.again_at for child in self.children if child.again_at is not None]
        due += [] if self.alarm is None else [self.alarm]
        poll = select.poll()
        heard = {child.out: child for child in self.children if child.alive and child.speaks}
        for fd in (self._signals.fd, *heard, *self.extra):
            poll.register(fd, select.POLLIN)
        for fd, _ in poll.poll(max(0.0, min(due) - now) * 1000 if due else None):
            if fd == self._signals.fd:
                self._signals.clear()
            elif fd in heard:
                heard[fd].hear()
            elif fd in self.extra:
                self.extra[fd]()
        self._settle(ending=ending)

    def _settle(self, *, ending: bool) -> None:
        now = time.monotonic()
        for child in self.children:
            status = child.ended()
            if status is not None and not ending:
                self._fell(child, child.how(status), child.fell(status))
            elif child.again_at is not None and child.again_at <= now and not ending:
                child.start()

    def end(self, child: Child, number: int, seconds: float, hurry: Callable[[], bool]) -> bool:
        """Ask a child to end, and wait for that. False when it lives after `seconds`, or somebody is in a hurry."""
        child.again_at = None
        child.signal(number)
        self.alarm = time.monotonic() + seconds
        while child.alive and time.monotonic() < self.alarm and not hurry():
            self.wait(ending=True)
        self.alarm = None
        return not child.alive

    def kill(self) -> None:
        """End at once all that live."""
        for child in self.children:
            child.again_at = None
            child.signal(signal.SIGKILL)
        while any(child.alive for child in self.children):
            self.wait(ending=True)


def how_it_ended(status: int) -> str:
    """`was killed by SIGKILL`, `ended with exit code 1`."""
    if status < 0:
        try:
            return f"was killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"was killed by signal {-status}"
    return f"ended with exit code {status}"
