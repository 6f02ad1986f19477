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

from penstock import machine
from penstock.authoring.project import project_folder
from penstock.compose import belonging
from penstock.compose.home import Home
from penstock.compose.open_files import make_room
from penstock.compose.settings import Settings
from penstock.compose.variables import unread
from penstock.errors import NotFound, PenstockError
from penstock.machine import Allowance
from penstock.store.barred import HOME_OF_YOUR_OWN, barred

#: Less room than this (bytes) is worth a word.
LITTLE: Final = 1 << 30
#: A sync that takes longer than this (seconds) makes every commit slow.
SLOW_SYNC: Final = 0.02
#: Seconds that the probe may take; it takes less than one.
PATIENCE: Final = 30.0


class Finding(NamedTuple):
    """`what` was looked at, how it is, and what to do about it."""

    what: str
    state: Literal["ok", "warn", "fail"]
    message: str
    cure: str | None = None


def examine(home: Home, settings: Settings) -> list[Finding]:
    """All findings. Makes nothing that stays; a task is run in a folder of its own."""
    looks: dict[str, Callable[[Home, Settings], Finding]] = {
        "python": _python,
        "machine": _machine,
        "settings": _settings,
        "home": _home,
        "disk": _disk,
        "sync": _sync,
        "database": _database,
        "in use": _users,
        "workers": _workers,
        "libraries": _libraries,
    }
    return [_looked(what, look, home, settings) for what, look in looks.items()]


def _looked(what: str, look: Callable[[Home, Settings], Finding], home: Home, settings: Settings) -> Finding:
    try:
        return look(home, settings)
    except PenstockError as error:
        return Finding(what, "fail", error.message, error.cure)
    except Exception as error:  # whatever is wrong here is a finding, not the end of the examination
        return Finding(what, "fail", f"{type(error).__name__}: {error}")


def _python(home: Home, settings: Settings) -> Finding:
    system = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.dont_write_bytecode:
        cure = "unset PYTHONDONTWRITEBYTECODE: every start compiles all modules again"
        return Finding("python", "warn", system, cure)
    return Finding("python", "ok", system)


def _machine(home: Home, settings: Settings) -> Finding:
    cores, memory = machine.cores(), machine.memory()
    told = f"{_share(cores, 1, 'cores')}, {_share(memory, 1e9, 'GB of memory')}"
    return Finding("machine", "ok", f"{told}; workers: {settings.workers or cores.usable}")


def _share(allowance: Allowance, unit: float, what: str) -> str:
    """`16 cores`, or `2 of 16 cores (for /sys/fs/cgroup/cpu.max)`."""
    digits = ".0f" if unit == 1 else ".1f"
    total, usable = f"{allowance.total / unit:{digits}}", f"{allowance.usable / unit:{digits}}"
    return f"{total} {what}" if allowance.source is None else f"{usable} of {total} {what} (for {allowance.source})"


def _settings(home: Home, settings: Settings) -> Finding:
    fallback = Settings()
    told = [f"{name}={getattr(settings, name)!r}" for name in settings.__slots__
            if getattr(settings, name) != getattr(fallback, name) and name != "database"]  # fmt: skip
    message = ", ".join(told) or "as they come"
    lost = unread(os.environ)
    return Finding("settings", "ok", message) if lost is None else Finding("settings", "warn", message, lost)


def _home(home: Home, settings: Settings) -> Finding:
    folder = _nearest(home.path)
    if not folder.is_dir():
        return Finding("home", "fail", f"{folder} is no folder", "move it away, or set PENSTOCK_HOME to a folder")
    why = barred(folder, write=True)
    if why is not None:
        return Finding("home", "fail", f"{folder} can't be written: {why}", HOME_OF_YOUR_OWN)
    if not home.exists:
        return Finding("home", "ok", f"{home.path}, which the first run makes")
    if home.path.stat().st_mode & 0o077:
        return Finding("home", "warn", f"others may look into {home.path}", f"chmod go= {home.path}")
    return Finding("home", "ok", str(home.path))


def _nearest(path: Path) -> Path:
    """The folder that is there, and that we may know of."""
    return next(folder for folder in (path, *path.parents) if os.path.exists(folder))


def _disk(home: Home, settings: Settings) -> Finding:
    free = shutil.disk_usage(_nearest(home.path)).free
    message = f"{free / 1e9:.1f} GB free"
    if free < LITTLE:
        return Finding("disk", "warn", message, "make room: runs keep what they make")
    return Finding("disk", "ok", message)


def _sync(home: Home, settings: Settings) -> Finding:
    if not _nearest(home.path).is_dir() or barred(_nearest(home.path), write=True):
        return Finding("sync", "fail", "not known: the home can't be written")
    with tempfile.TemporaryFile(dir=_nearest(home.path)) as file:
        times = []
        for _ in range(5):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    cost = sorted(times)[2]
    message = f"{cost * 1000:.1f} ms to bring a page to disk"
    if cost > SLOW_SYNC:
        return Finding("sync", "warn", message, "put PENSTOCK_HOME on a local disk")
    return Finding("sync", "ok", message)


def _database(home: Home, settings: Settings) -> Finding:
    from penstock.store.check import check
    from penstock.store.database import open_database
    from penstock.store.edition import named, shown

    try:
        database = open_database(home.database_url, create=False)
    except NotFound:
        url = home.database_url
        where = named(url if "://" in url else Path(url))
        return Finding("database", "ok", f"nothing is in {where} yet; the first run makes what it needs")
    try:
        problems = check(database)
        name = shown(database)
        folder = project_folder(Path.cwd())
        others = belonging.stranger(database, belonging.this_project(folder, settings), folder)
    finally:
        database.close()
    if problems:
        return Finding("database", "fail", problems[0].message, "`penstock db check` tells all")
    if others is not None:
        return Finding("database", "warn", *others)
    return Finding("database", "ok", f"{name} is sound")


def _users(home: Home, settings: Settings) -> Finding:
    """Who has the database open; they may hold it."""
    from penstock.store.database import locate

    file = locate(home.database_url)
    if not isinstance(file, Path):
        return Finding("in use", "ok", "the database's server knows")
    users = _holders(file)
    if not users:
        return Finding("in use", "ok", "by nobody else")
    return Finding("in use", "ok", "by " + ", ".join(f"{name} (process {pid})" for pid, name in users[:5]))


def _holders(file: Path) -> list[tuple[int, str]]:
    """Other processes that have a file open, as far as may be seen: (process id, name)."""
    import psutil

    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(one.path == str(file) for one in process.open_files()):
                found.append((process.pid, process.name()))
        except (psutil.Error, OSError):
            continue
    return found


def _workers(home: Home, settings: Settings) -> Finding:
    """Run a task in an engine, an agent and a worker of its own."""
    from penstock.authoring.discovery import discover
    from penstock.compose.local import LocalEngine

    make_room(settings.workers)
    start = time.perf_counter()
    spec = discover(Path(__file__).with_name("probe.py"))[0]
    with tempfile.TemporaryDirectory(prefix="penstock-doctor-") as folder:
        here = Home(Path(folder), f"{folder}/penstock.db")
        with LocalEngine(here, Settings(workers=1)) as engine:
            handle = engine.submit(spec)
            over = handle.wait(PATIENCE)
            picture = handle.picture()
    spent = f"{(time.perf_counter() - start) * 1000:.0f} ms"
    if not over:
        return Finding("workers", "fail", f"a task did not end in {PATIENCE:.0f} s", "is the machine overloaded?")
    if picture.state != "succeeded":
        return Finding("workers", "fail", f"a task ended as {picture.state}: {(picture.error or {}).get('message')}")
    return Finding("workers", "ok", f"a task ran, in {spent} with all processes")


def _libraries(home: Home, settings: Settings) -> Finding:
    names = ("pandas", "pyarrow", "polars", "psycopg")
    there = [name for name in names if importlib.util.find_spec(name) is not None]
    if "pandas" in there and "pyarrow" not in there:
        cure = "pip install 'penstock[data]'"
        return Finding("libraries", "warn", "pandas without pyarrow: tables are kept as pickles", cure)
    return Finding("libraries", "ok", ", ".join(there) or "no data libraries (only tables need them)")
