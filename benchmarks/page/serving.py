"""A server of a home, as a process of its own, and who asks it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil

from benchmarks.memory import pss

PATIENCE = 60.0
"""Seconds until a server must have said its link."""


@dataclass
class Server:
    """A server that answers."""

    origin: str
    home: Path
    token: str
    process: psutil.Process

    def fresh_link(self) -> str:
        """Signs a browser in, once."""
        from penstock.compose.serve import link
        from penstock.store.database import open_database

        database = open_database(self.home / "penstock.db")
        try:
            return link(database, "127.0.0.1", int(self.origin.rpartition(":")[2]))
        finally:
            database.close()

    def client(self) -> httpx2.Client:
        """One connection, as a program would use it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.Client(base_url=f"{self.origin}/api/v1/", headers=headers, timeout=60, trust_env=False)

    def cpu_seconds(self) -> float:
        """Seconds of CPU that it has used so far."""
        times = self.process.cpu_times()
        return times.user + times.system


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Server]:
    """The server alone, without an engine."""
    port = free_port()
    command = [sys.executable, "-m", "penstock.compose.serve", "--home", str(home), "--port", str(port)]
    origin, begun = f"http://127.0.0.1:{port}", time.perf_counter()
    process = subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, text=True)
    try:
        first_answer(process, origin, begun)
        yield Server(origin, home, (home / "token").read_text().strip(), psutil.Process(process.pid))
    finally:
        end(process)


@contextlib.contextmanager
def up(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`penstock up` in a folder."""
    command = [sys.executable, "-m", "penstock.cli", "up", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        end(process)


def first_answer(process: subprocess.Popen[str], origin: str, begun: float, path: str = "/health") -> float:
    """Seconds from `begun` (perf_counter) to the first answer. Raises TimeoutError, ConnectionError."""
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:
        while time.perf_counter() < begun + PATIENCE:
            if process.poll() is not None:
                raise ConnectionError(f"it ended with exit status {process.returncode}")
            with contextlib.suppress(httpx2.TransportError):
                if client.get(origin + path).status_code == 200:
                    return time.perf_counter() - begun
            time.sleep(0.005)
    raise TimeoutError(f"no answer within {PATIENCE:.0f} s")


def memory_of_tree(pid: int) -> list[tuple[str, int]]:
    """(name, PSS in bytes) of a process and all below it."""
    root = psutil.Process(pid)
    found = []
    for one in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
            found.append((_name(one), pss(one.pid)))
    return found


def free_port(among: Iterable[int] = ()) -> int:
    """A port of the loopback address that nobody listens at. Raises OSError when all of `among` are taken.

    Where none are named, one that the system gives to nobody by itself; each process looks from another on.
    """
    for port in among or range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return int(taken.getsockname()[1])
    raise OSError("no port is free")


def end(process: subprocess.Popen[str]) -> None:
    """As a person would; by force what is left of it and of those that it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        below = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        for one in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()  # psutil knows one that only has the number of one that has gone
    if process.poll() is None:
        process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _name(one: psutil.Process) -> str:
    words = one.cmdline()
    module = words[words.index("-m") + 1] if "-m" in words[:-1] else ""
    return module or one.name()
