"""Examining what running needs; each finding is ok, warn or fail, with a cure."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, NamedTuple

from penstock.compose.home import Home
from penstock.compose.settings import Settings
from penstock.errors import NotFound, PenstockError

#: Less room than this (bytes) is worth a word.
LITTLE: Final = 1 << 30
#: A sync that takes longer than this (seconds) makes every commit slow.
SLOW_SYNC: Final = 0.02


class Finding(NamedTuple):
    """`what` was looked at, how it is, and what to do about it."""

    what: str
    state: Literal["ok", "warn", "fail"]
    message: str
    cure: str | None = None


def examine(home: Home, settings: Settings) -> list[Finding]:
    """All findings. Makes nothing that stays; a worker process is started and ended."""
    looks: tuple[Callable[[Home, Settings], Finding], ...] = (
        _python,
        _home,
        _disk,
        _sync,
        _database,
        _workers,
        _libraries,
    )
    findings = []
    for look in looks:
        try:
            findings.append(look(home, settings))
        except (OSError, PenstockError) as error:
            cure = error.cure if isinstance(error, PenstockError) else None
            message = error.message if isinstance(error, PenstockError) else str(error)
            findings.append(Finding(look.__name__.strip("_"), "fail", message, cure))
    return findings


def _python(home: Home, settings: Settings) -> Finding:
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    if sys.dont_write_bytecode:
        return Finding(
            "python", "warn", system, "unset PYTHONDONTWRITEBYTECODE: every start compiles all modules again"
        )
    return Finding("python", "ok", system)


def _nearest(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _home(home: Home, settings: Settings) -> Finding:
    if not os.access(_nearest(home.path), os.W_OK):
        return Finding("home", "fail", f"{home.path} can't be written", "set PENSTOCK_HOME to a folder that can")
    return Finding("home", "ok", str(home.path) + ("" if home.exists else " (made by the first run)"))


def _disk(home: Home, settings: Settings) -> Finding:
    free = shutil.disk_usage(_nearest(home.path)).free
    message = f"{free / 1e9:.1f} GB free"
    return (
        Finding("disk", "warn", message, "make room: runs keep what they make")
        if free < LITTLE
        else Finding("disk", "ok", message)
    )


def _sync(home: Home, settings: Settings) -> Finding:
    with tempfile.TemporaryFile(dir=_nearest(home.path)) as file:
        times = []
        for _ in range(5):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    cost = sorted(times)[2]
    message = f"{cost * 1000:.1f} ms for a sync to disk"
    if cost > SLOW_SYNC:
        return Finding("sync", "warn", message, "put PENSTOCK_HOME on a local disk")
    return Finding("sync", "ok", message)


def _database(home: Home, settings: Settings) -> Finding:
    from penstock.store.check import check
    from penstock.store.database import open_database

    try:
        database = open_database(home.database_url, create=False)
    except NotFound:
        return Finding("database", "ok", "not there yet (made by the first run)")
    try:
        problems = check(database)
    finally:
        database.close()
    if problems:
        return Finding("database", "fail", problems[0].message, "`penstock db check` tells all")
    return Finding("database", "ok", f"{home.database_url} is sound")


def _workers(home: Home, settings: Settings) -> Finding:
    from penstock.executors.local import LocalExecutor

    start = time.perf_counter()
    executor = LocalExecutor(1)
    executor.open()
    executor.close()
    return Finding("workers", "ok", f"an agent starts and ends in {(time.perf_counter() - start) * 1000:.0f} ms")


def _libraries(home: Home, settings: Settings) -> Finding:
    names = ("pandas", "pyarrow", "polars", "psycopg")
    there = [name for name in names if importlib.util.find_spec(name) is not None]
    if "pandas" in there and "pyarrow" not in there:
        cure = "pip install 'penstock[data]'"
        return Finding("libraries", "warn", "pandas without pyarrow: tables are kept as pickles", cure)
    return Finding("libraries", "ok", ", ".join(there) or "no data libraries (only needed for tables)")
