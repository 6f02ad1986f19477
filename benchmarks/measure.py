"""Run a tool's driver as a process of its own, quiet and bounded, and read what it measured."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from pathlib import Path

import psutil

from benchmarks.catalog import Tool
from benchmarks.environments import ENVIRONMENTS, NotInstalled, python_of
from benchmarks.peers.driver import BUDGET
from benchmarks.result import Result, result_from

LIMIT = BUDGET + 120.0
"""Seconds until a driver is ended: what it may measure, and its start, warm-up and end beside it."""

QUIET = {
    "DO_NOT_TRACK": "1",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "HAMILTON_TELEMETRY_ENABLED": "false",
    "KEDRO_DISABLE_TELEMETRY": "1",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "60",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
}
"""No tool reports home or fills the terminal; a server may take its time to start, which is not measured."""

UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "DAGSTER_HOME", "PREFECT_HOME", "PREFECT_API_URL", "PENSTOCK_HOME")
"""Settings of whoever runs this, which would change what is measured."""


def measure(tool: Tool, workload: str, repeat: int) -> Result:
    """One tool on one workload; what goes wrong stands in the result."""
    try:
        python = python_of(tool)
    except NotInstalled as error:
        return Result(tool.name, workload, error=str(error))
    command = [str(python), "-m", tool.module, "--workload", workload, "--repeat", str(repeat)]
    return drive(command, Result(tool.name, workload), LIMIT)


def drive(command: list[str], blank: Result, limit: float) -> Result:
    """Run a driver and take the last line that it printed; `blank` names what it measures, should it print none."""
    scratch = ENVIRONMENTS / "scratch"  # a temporary folder may be memory, where fsync is free
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, ignore_cleanup_errors=True) as home:
        process = subprocess.Popen(
            command,
            cwd=home,
            env=surroundings(Path(home)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        late = None
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            late = f"ended by us after {limit:g} s"
            _end_all(home)
            out, err = process.communicate()
        finally:
            _end_all(home)
    return _read(out, err, process.returncode, late, blank)


def surroundings(home: Path) -> dict[str, str]:
    """The environment variables of a driver: `home` is its home and the place of its temporary files."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    root = Path(__file__).parent.parent
    return kept | QUIET | {"HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(root)}


def _read(out: str, err: str, status: int, late: str | None, blank: Result) -> Result:
    lines = [line for line in out.splitlines() if line.startswith('{"peer"')]
    result = result_from(json.loads(lines[-1])) if lines else blank
    if late:
        return result.failed(late)
    if status and not result.error and result.over is None:
        last = (err.strip().splitlines() or ["it said nothing"])[-1]
        return result.failed(f"exit status {status}: {last}")
    return result


def _end_all(home: str) -> None:
    """Kill every process whose home is the driver's, which is its alone: servers leave sessions and outlive parents.

    A process between fork and exec shows no environment for a moment, so one look that finds nobody is not enough.
    """
    quiet = 0
    while quiet < 2:
        found = [one for one in psutil.process_iter() if _lives_in(home, one)]
        for one in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(found, timeout=5)
        quiet = 0 if found else quiet + 1


def _lives_in(home: str, one: psutil.Process) -> bool:
    try:
        return one.status() != psutil.STATUS_ZOMBIE and one.environ().get("HOME") == home
    except psutil.Error:
        return False  # gone by now, or somebody else's
