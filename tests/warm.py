"""Programs in Python whose processes are forked from one that has loaded the libraries, none of our own code.

Starting an interpreter and loading what others wrote is most of what a short command costs, and says nothing of it. A
forked process has arguments, environment, folder, streams and end of its own, and imports all of Penstock itself. Only
`/proc/<pid>/cmdline` and `environ` are those of the process that it was forked from.
"""

from __future__ import annotations

import array
import atexit
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

#: What an interpreter reads when it starts: with another value of these a program gets an interpreter of its own.
AT_START: Final = ("PYTHON", "LC_", "LANG", "TZ", "LD_", "MALLOC_")
#: What commands of ours load, of the standard library and of others.
LIBRARIES: Final = (
    "typer", "typer.completion", "typer.models", "shellingham", "pydantic.main", "pydantic.json_schema",
    "pydantic.plugin._loader", "sqlite3", "zoneinfo", "tomllib", "subprocess", "logging", "runpy", "difflib",
    "ipaddress", "inspect", "dis", "email.message", "email.parser", "selectors", "importlib.metadata", "platform",
    "decimal", "fractions", "uuid", "csv", "tempfile", "pickle", "ast", "hashlib", "hmac", "secrets", "getpass",
    "gettext", "queue", "urllib.parse", "calendar", "mmap", "termios", "statistics",
)  # fmt: skip


class Warm:
    """Starts modules of the interpreter `python`, which loads `libraries` once."""

    def __init__(self, libraries: Sequence[str] = LIBRARIES, python: Path = Path(sys.executable)) -> None:
        self._python = python
        self._libraries = list(libraries)
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def run(
        self, words: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run([python, "-m", *words])` without a standard input, its two streams as text."""
        if _at_start(env) != _at_start(os.environ):
            return subprocess.run(
                [str(self._python), "-m", *words], cwd=cwd, env=dict(env), capture_output=True, text=True,
                timeout=timeout, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        pipes = [os.pipe() for _ in range(3)]
        asked = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)}).encode()
        try:
            self._ask(asked, [write for _, write in pipes])
        finally:
            for _, write in pipes:
                os.close(write)
        out, error, told = _read_all([read for read, _ in pipes], timeout, words)
        return subprocess.CompletedProcess(
            [str(self._python), "-m", *words], os.waitstatus_to_exitcode(int(told.split()[1])),
            out.decode().replace("\r\n", "\n"), error.decode().replace("\r\n", "\n"),
        )  # fmt: skip

    def _ask(self, asked: bytes, streams: list[int]) -> None:
        if self._line is None or self._owner != os.getpid():
            self._begin()
        assert self._line is not None
        socket.send_fds(self._line, [len(asked).to_bytes(4, "big")], streams)
        self._line.sendall(asked)

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [str(self._python), __file__, str(theirs.fileno()), *self._libraries], pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self._line, self._owner = ours, os.getpid()
        atexit.register(ours.close)


def _at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in env.items() if key.startswith(AT_START)}


def _read_all(streams: list[int], timeout: float, words: Sequence[str]) -> list[bytes]:
    """What comes until every stream is closed; the last tells the process and how it ended."""
    poll, found, deadline = select.poll(), dict.fromkeys(streams, b""), time.monotonic() + timeout
    for stream in streams:
        poll.register(stream, select.POLLIN)
    left = set(streams)
    try:
        while left:
            ready = poll.poll(max(deadline - time.monotonic(), 0) * 1000)
            if not ready:
                os.kill(int(found[streams[-1]].split()[0]), signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), timeout, found[streams[0]], found[streams[1]])
            for stream, _ in ready:
                piece = os.read(stream, 1 << 16)
                found[stream] += piece
                if not piece:
                    poll.unregister(stream)
                    left.discard(stream)
    finally:
        for stream in streams:
            os.close(stream)
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
    sys.orig_argv = [sys.executable, "-m", *words]
    sys.argv = words
    sys.path.insert(0, folder)


def _main() -> NoReturn:
    import gc
    import importlib
    import runpy

    line = socket.socket(fileno=int(sys.argv[1]))
    del sys.path[0]  # where this file lies
    for name in sys.argv[2:]:
        importlib.import_module(name)
    gc.freeze()
    asked, streams = _serve(line)
    _become(asked, streams)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    raise SystemExit


#: For commands of ours.
warm: Final = Warm()

if __name__ == "__main__":
    _main()
