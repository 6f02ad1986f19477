"""Programs in Python whose processes are forked from one that has loaded what they load.

Starting an interpreter and loading modules is most of what a short command costs, and says nothing of it. A forked
process has arguments, environment, folder, streams and end of its own. Only `/proc/<pid>/cmdline` and `environ` are
those of the process that it was forked from. How a command starts with nothing loaded is for tests that begin it
otherwise, as in a terminal.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Final, NoReturn

#: What an interpreter, or a module of ours, reads when it is loaded: with another value of these a program gets an
#: interpreter of its own.
AT_START: Final = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "MALLOC_", "PENSTOCK_FAULT")
#: What commands of ours load, of the standard library and of others.
LIBRARIES: Final = (
    "click", "sqlite3", "zoneinfo", "tomllib", "subprocess", "logging", "runpy", "difflib", "ipaddress", "inspect",
    "dis", "email.message", "email.parser", "selectors", "importlib.metadata", "platform", "decimal", "fractions",
    "uuid", "csv", "tempfile", "pickle", "ast", "hashlib", "hmac", "secrets", "getpass", "gettext", "queue",
    "urllib.parse", "calendar", "mmap", "termios", "statistics",
)  # fmt: skip
#: What our commands that run and show something load of our own, with all that these load.
OURS: Final = (
    "penstock.cli.main", "penstock.cli.again", "penstock.cli.signals", "penstock.cli.render.findings",
    "penstock.cli.render.pipelines", "penstock.compose.doctor", "penstock.compose.engine_process",
    "penstock.store.check", "penstock.store.documents", "penstock.store.events",
)  # fmt: skip


class Started:
    """A process that was started, with what is used of `subprocess.Popen`. Nobody has to wait for it."""

    def __init__(self, words: Sequence[str], told: int, stdout: int, stderr: int) -> None:
        self.args = list(words)
        self._told = told
        self._end = b""
        self.returncode: int | None = None
        self.stdout: IO[str] = os.fdopen(stdout, encoding="utf-8")
        self.stderr: IO[str] | None = os.fdopen(stderr, encoding="utf-8") if stderr >= 0 else None
        while b" " not in self._end:
            piece = os.read(told, 64)
            if not piece:
                raise ChildProcessError(f"nobody starts {words}: the process that is to be forked has ended")
            self._end += piece
        self.pid = int(self._end.split()[0])

    def poll(self) -> int | None:
        """How it ended, if it has."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has. Raises subprocess.TimeoutExpired."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str | None]:
        """All that it said, once it has ended."""
        streams = [self.stdout] if self.stderr is None else [self.stdout, self.stderr]
        deadline = None if timeout is None else time.monotonic() + timeout
        said = _read_all([stream.fileno() for stream in streams], deadline)
        if said is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        self.wait(None if deadline is None else max(deadline - time.monotonic(), 0))
        for stream in streams:
            stream.close()
        texts = [text.decode().replace("\r\n", "\n") for text in said]
        return texts[0], texts[1] if self.stderr is not None else None

    def send_signal(self, number: int) -> None:
        """Signals it, if it lives."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Kills it, if it lives."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks it to end, if it lives."""
        self.send_signal(signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            poll = select.poll()
            poll.register(self._told, select.POLLIN)
            if poll.poll(None if timeout is None else timeout * 1000):
                self._end += os.read(self._told, 64)
                os.close(self._told)
                self.returncode = os.waitstatus_to_exitcode(int(self._end.split()[1]))
        return self.returncode


class Warm:
    """Starts programs with the interpreter `python`, which loads `libraries` once and is started `by` a command."""

    def __init__(self, libraries: Sequence[str], python: Path = Path(sys.executable), by: Sequence[str] = ()) -> None:
        self._python = python
        self._by = list(by)
        self._libraries = list(libraries)
        self._line: socket.socket | None = None
        self._owner = 0

    def run(
        self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run`; see `start`."""
        process = self.start(words, cwd=cwd, env=env)
        try:
            stdout, stderr = process.communicate(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.wait(), stdout, stderr)

    def start(
        self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], together: bool = False
    ) -> Started | subprocess.Popen[str]:
        """As `subprocess.Popen` of a module or of a file with arguments, without a standard input.

        `together`: both streams as one.
        """
        if _at_start(env) != _at_start(os.environ):
            program = list(words) if words[0].endswith(".py") else ["-m", *words]
            return subprocess.Popen(
                [str(self._python), *program], cwd=cwd, env=dict(env), text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT if together else subprocess.PIPE,
            )  # fmt: skip
        told, stdout = os.pipe(), os.pipe()
        stderr = (-1, os.dup(stdout[1])) if together else os.pipe()
        asked = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)}).encode()
        theirs = [stdout[1], stderr[1], told[1]]
        try:
            self._ask(asked, theirs)
        finally:
            for stream in theirs:
                os.close(stream)
        return Started(words, told[0], stdout[0], stderr[0])

    def _ask(self, asked: bytes, streams: list[int]) -> None:
        if self._line is None or self._owner != os.getpid():
            self._begin()
        assert self._line is not None
        socket.send_fds(self._line, [len(asked).to_bytes(4, "big")], streams)
        self._line.sendall(asked)

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            subprocess.run(
                [*self._by, str(self._python), __file__, str(theirs.fileno()), *self._libraries],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True, check=True,
            )  # fmt: skip
        self._line, self._owner = ours, os.getpid()
        atexit.register(ours.close)


def _at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in env.items() if key.startswith(AT_START)}


def _read_all(streams: list[int], deadline: float | None) -> list[bytes] | None:
    """What comes until every stream is closed; None if that takes too long."""
    poll, found, left = select.poll(), dict.fromkeys(streams, b""), set(streams)
    for stream in streams:
        poll.register(stream, select.POLLIN)
    while left:
        ready = poll.poll(None if deadline is None else max(deadline - time.monotonic(), 0) * 1000)
        if not ready:
            return None
        for stream, _ in ready:
            piece = os.read(stream, 1 << 16)
            found[stream] += piece
            if not piece:
                poll.unregister(stream)
                left.discard(stream)
    return list(found.values())


def _serve(line: socket.socket) -> tuple[dict[str, object], list[int]]:
    """Waits for wishes, and forks for each a keeper and its child. Returns in the child, with what was asked."""
    while True:
        head, passed, _, _ = line.recvmsg(4, socket.CMSG_SPACE(3 * 4))
        if not head:
            os._exit(0)
        streams = array.array("i")
        streams.frombytes(passed[0][2])
        size, text = int.from_bytes(head, "big"), b""
        while len(text) < size:
            text += line.recv(size - len(text))
        while _reaped():
            pass
        if os.fork() == 0:
            told = streams[2]
            child = os.fork()
            if child == 0:
                line.close()
                os.close(told)
                return json.loads(text), list(streams[:2])
            for stream in streams[:2]:
                os.close(stream)
            os.write(told, b"%d " % child)
            _, status = os.waitpid(child, 0)
            os.write(told, b"%d" % status)
            os._exit(0)
        for stream in streams:
            os.close(stream)


def _reaped() -> bool:
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def _become(asked: dict[str, object], streams: list[int]) -> None:
    """Be the process that was asked for."""
    for place, name, stream in zip((1, 2), ("stdout", "stderr"), streams, strict=True):
        os.dup2(stream, place)
        os.close(stream)
        before = getattr(sys, name)  # it knows the place by what was there
        raw = io.FileIO(place, "w", closefd=False)
        text = io.TextIOWrapper(
            io.BufferedWriter(raw), before.encoding, before.errors, line_buffering=before is sys.stderr
        )
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
    folder, words, env = str(asked["cwd"]), asked["words"], asked["env"]
    assert isinstance(words, list)
    assert isinstance(env, dict)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.orig_argv = [sys.executable, *([] if words[0].endswith(".py") else ["-m"]), *words]
    sys.argv = words
    sys.path.insert(0, folder)


def _main() -> NoReturn:
    import gc
    import importlib
    import runpy

    line = socket.socket(fileno=int(sys.argv[1]))
    del sys.path[0]  # where this file lies
    if os.fork():  # tests look at the processes below their own: this is none of them
        os._exit(0)
    for name in sys.argv[2:]:
        importlib.import_module(name)
    gc.freeze()
    asked, streams = _serve(line)
    _become(asked, streams)
    try:
        if sys.argv[0].endswith(".py"):
            sys.path[0] = str(Path(sys.argv[0]).parent)
            runpy.run_path(sys.argv[0], run_name="__main__")
        else:
            runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if not isinstance(end.code, int | None) or not sys.argv[0].startswith("penstock."):
            raise
        _end(end.code or 0)
    raise SystemExit


def _end(code: int) -> NoReturn:
    """End as a program does, but for taking all apart that was loaded: that would write to every page of it."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


#: What a run of Kedro loads besides. Kedro itself looks for its logging where it is imported.
OF_KEDRO: Final = (
    "asyncio", "attr", "dateutil", "dynaconf", "fsspec", "jinja2", "kedro.pipeline",
    "multiprocessing.managers", "multiprocessing.pool", "omegaconf", "pandas", "pluggy", "pyarrow", "pyarrow.parquet",
    "requests", "rich.logging", "rich.pretty", "rich.traceback", "rich.markup", "yaml",
)  # fmt: skip
#: For commands of ours.
warm: Final = Warm((*LIBRARIES, *OURS))


@cache
def warm_kedro(python: Path) -> Warm:
    """For commands of the Kedro of an interpreter, of which we know the libraries if it is that of the tests."""
    return Warm((*LIBRARIES, *OF_KEDRO) if python == Path(sys.executable) else (), python)


if __name__ == "__main__":
    _main()
