"""The process that workers are forked from: has loaded what they all need, and guards them.

It imports libraries that the agent names, never a user's modules. It is the parent of every worker and adopts what
is left of their trees. When a worker ends, what was below it is killed; when the agent is gone, everything is.

From the agent: ["preload", [module]] · ["fork", id, marker], with the worker's socket, standard output, standard
error and tokens attached. To the agent: ["ready"] · ["forked", id, pid] · ["failed", id, why] ·
["exited", id, wait status, CPU seconds, peak resident bytes].
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
from typing import NoReturn

from penstock import faults
from penstock.agent import processes, trees
from penstock.agent.frames import HEADER, FrameReader, Message, pack
from penstock.worker import main as worker_main

#: Seconds that resource trackers get to clean up when the agent is gone.
TRACKERS = 0.5


class Template:
    """Forks, reaps, guards. One thread of ours; libraries that start threads at import look after forks themselves."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._pid = os.getpid()
        self._workers: dict[int, str] = {}
        self._wakeup = os.pipe()
        for fd in self._wakeup:
            os.set_blocking(fd, False)

    def serve(self) -> None:
        """Work until the agent is gone."""
        signal.set_wakeup_fd(self._wakeup[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wakeup[0], select.POLLIN)
        self._send(["ready"])
        while True:
            for fd, _ in poll.poll():
                if fd == self._wakeup[0]:
                    with contextlib.suppress(BlockingIOError):
                        os.read(fd, 4096)
                    self._reap()
                elif not self._take():
                    return

    def _send(self, *messages: Message) -> None:
        # A broken pipe is told by reading.
        with contextlib.suppress(OSError):
            self._control.sendall(pack(list(messages)))

    def _take(self) -> bool:
        """Take one frame; False when the agent is gone. Descriptors come with the first byte of their frame."""
        try:
            header, fds, _, _ = socket.recv_fds(self._control, HEADER, 4)
            body = self._exactly(header, int.from_bytes(header, "big")) if header else None
        except OSError:
            return False
        if body is None:
            return False
        messages = FrameReader().feed(body)
        for message in messages:
            if message[0] == "fork":
                self._fork(message[1], message[2], fds)
            elif message[0] == "preload":
                _preload(message[1])
        return True

    def _exactly(self, header: bytes, size: int) -> bytes | None:
        """A whole frame and not a byte of the next, whose descriptors would be lost; None at the end of the stream."""
        frame = bytearray(header)
        while len(frame) < HEADER + size:
            data = self._control.recv(HEADER + size - len(frame))
            if not data:
                return None
            frame += data
        return bytes(frame)

    def _fork(self, name: str, marker: str, fds: list[int]) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            self._send(["failed", name, str(error)])
            pid = -1
        if pid == 0:
            self._become_worker(name, marker, fds)
        for fd in fds:
            os.close(fd)
        if pid > 0:
            faults.reach("template.fork")
            self._workers[pid] = name
            self._send(["forked", name, pid])

    def _become_worker(self, name: str, marker: str, fds: list[int]) -> NoReturn:
        status = 70  # EX_SOFTWARE, sysexits.h
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for fd in self._wakeup:
                os.close(fd)
            status = worker_main.run(name, marker, fds, self._pid)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)

    def _reap(self) -> None:
        """Tell of workers that are gone; kill what they left."""
        ended: list[Message] = []
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not pid:
                break
            name = self._workers.pop(pid, None)
            if name is not None:
                cpu = used.ru_utime + used.ru_stime
                ended.append(["exited", name, status, cpu, used.ru_maxrss * 1024])
        strays = [pid for pid in trees.children(os.getpid()) if pid not in self._workers]
        for stray in strays:
            if not trees.is_tracker(stray):
                trees.kill_tree(stray)
        if ended:
            self._send(*ended)

    def end(self) -> None:
        """Kill every tree below, and wait until all of it is gone."""
        for pid in trees.children(os.getpid()):
            trees.kill_tree(pid)
        trees.end_children(TRACKERS)


def _preload(modules: list[str]) -> None:
    for module in modules:
        with contextlib.suppress(Exception):  # the task that needs it will tell what is wrong with it
            importlib.import_module(module)
    gc.collect()
    gc.freeze()


def main(arguments: list[str]) -> None:
    """Serve on the socket whose descriptor is the first argument."""
    processes.adopt_orphans()
    processes.set_name("penstock-templ")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    control = int(arguments[0])
    os.set_inheritable(control, False)  # a task's process must not get it
    template = Template(socket.socket(fileno=control))
    worker_main.be_nobody()
    gc.freeze()
    try:
        template.serve()
    finally:
        template.end()
