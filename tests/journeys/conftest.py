"""A user in an empty folder with the real command."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures
from tests.warm import Started, warm

COMMAND = [sys.executable, "-m", "penstock.cli"]
PATIENCE = 60.0
#: Looks at what a terminal shows, and types.
Act = Callable[[str, Callable[[bytes], object]], None]


class User:
    """Types commands in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        self.env |= {"COLUMNS": "100", "TERM": "xterm", "PENSTOCK_TEST_MARK": f"{folder}"}
        self.children: list[subprocess.Popen[str] | Started] = []

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.write_text(textwrap.dedent(text), encoding="utf-8")
        return file

    def types(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return warm.run(["penstock.cli", *words], cwd=self.folder, env=self.env | env, timeout=PATIENCE)

    def starts(self, *words: str, **env: str) -> subprocess.Popen[str] | Started:
        """A command that goes on; its output comes line by line."""
        child = warm.start(["penstock.cli", *words], cwd=self.folder, env=self.env | env, together=True)
        self.children.append(child)
        return child

    def document(self, run: str = "latest") -> dict[str, Any]:
        shown = self.types("runs", "show", run, "--json")
        assert shown.returncode == 0, shown.stderr
        return dict(json.loads(shown.stdout))

    def states(self, run: str = "latest") -> dict[str, str]:
        return {task["name"]: task["state"] for task in self.document(run)["tasks"]}

    def processes(self) -> list[psutil.Process]:
        """All that descends from this user's commands, also what left its session or its parent."""
        found = []
        for pid in psutil.pids():
            try:
                process = psutil.Process(pid) if _has_mark(pid, self.folder) else None
                if process is not None and process.status() != "zombie":
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def in_terminal(
        self, *words: str, act: Act | None = None, columns: int = 100, rows: int = 30, **env: str
    ) -> tuple[int, str]:
        """Run a command on a terminal of its own; (exit code, all that it showed).

        `act` gets all that was shown so far, after each piece of it, and a function that types.
        """
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            known = {name: value for name, value in self.env.items() if name != "COLUMNS"}
            os.execvpe(COMMAND[0], [*COMMAND, *words], known | env)
        shown = b""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not select.select([fd], [], [], 0.2)[0]:
                continue
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break  # the other side is closed
            if not piece:
                break
            shown += piece
            if act is not None:
                act(shown.decode("utf-8", "replace"), lambda keys: os.write(fd, keys))
        else:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


def _has_mark(pid: int, folder: Path) -> bool:
    mark = f"PENSTOCK_TEST_MARK={folder}"
    try:
        return mark.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except FileNotFoundError:
        return not Path("/proc").is_dir() and psutil.Process(pid).environ().get("PENSTOCK_TEST_MARK") == str(folder)
    except OSError:
        return False


def until(true: Callable[[], object], what: str | Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for a condition; the interval only bounds how often it is asked.

    `what`: told where it never comes true; a function of it tells what there is then, not what there was at first.
    """
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"never came true: {what() if callable(what) else what}"
        select.select([], [], [], 0.04)


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    person = User(tmp_path)
    yield person
    for child in person.children:
        if child.poll() is None:
            child.send_signal(signal.SIGKILL)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()
    until(lambda: not person.processes(), lambda: f"every process is gone: {person.processes()}")
