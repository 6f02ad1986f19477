"""The memory of all processes of a run. Linux only: it reads the proportional set size."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil

PATIENCE = 30.0
"""Seconds until the task must have begun."""


def memory_of_a_run(command: list[str], folder: Path, environment: dict[str, str]) -> list[tuple[str, int]]:
    """Name and PSS in bytes of each process of `penstock run` while its task waits, parents first.

    `command` runs a task that makes the file named by the parameter `marker`. Raises TimeoutError, RuntimeError.
    """
    marker = folder / "running"
    process = subprocess.Popen(
        [*command, "--param", f"marker={marker}"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(marker, process)
        root = psutil.Process(process.pid)
        return [(one.name(), pss(one.pid)) for one in (root, *root.children(recursive=True))]
    finally:
        _end(process)


def pss(pid: int) -> int:
    """Bytes: private memory whole, shared memory in equal parts among those who share it (proc(5), smaps_rollup)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/smaps_rollup has no Pss")


def _wait_for(marker: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while not marker.exists():
        if process.poll() is not None:
            raise RuntimeError(f"the run ended at once with exit status {process.returncode}")
        if time.monotonic() > until:
            raise TimeoutError(f"the task did not begin within {PATIENCE:.0f} s")
        time.sleep(0.02)


def _end(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would; by force when that does not help."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
