"""The projects that are measured, and how they are run."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.environments import ENVIRONMENTS
from benchmarks.measure import QUIET
from tests.integrations.kedro.projects.made import make_project

PATIENCE = 900.0
"""Seconds that one run may take."""
DRIVER = Path(__file__).with_name("driver.py")
_SETTINGS = """
import os

DISABLE_HOOKS_FOR_PLUGINS = tuple(os.environ.get("WITHOUT_PLUGINS", "").split())
"""


class Broken(Exception):
    """A run that did not end well."""


@contextmanager
def project(name: str, **facts: Any) -> Iterator[Path]:
    """A copy of a project of the tests, on the disk that environments are on."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ENVIRONMENTS, ignore_cleanup_errors=True) as place:
        folder = make_project(name, Path(place), **facts)
        (folder / ".penstock").mkdir(mode=0o700)
        (folder / "src" / name / "settings.py").write_text(_SETTINGS)
        yield folder


def driven(python: Path, folder: Path, runner: str, repeat: int, more: Mapping[str, str]) -> list[dict[str, float]]:
    """`{wall, cpu}` in seconds of runs in one process. Raises Broken."""
    out = _done([str(python), str(DRIVER), runner, str(repeat)], folder, more)
    found: list[dict[str, float]] = json.loads(out.splitlines()[-1])["runs"]
    return found


def timed(command: list[str], folder: Path, more: Mapping[str, str]) -> float:
    """Seconds of a command from its start to its end. Raises Broken."""
    begun = time.perf_counter()
    _done(command, folder, more)
    return time.perf_counter() - begun


def lasted(command: list[str], folder: Path, more: Mapping[str, str]) -> tuple[float, float]:
    """Seconds of a `penstock run … --json` from start to end, and of the run that it tells of. Raises Broken."""
    begun = time.perf_counter()
    told = _done(command, folder, more)
    return time.perf_counter() - begun, float(json.loads(told)["duration"])


def surroundings(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    """A home of its own, no settings of ours but those given, and nobody reports home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | QUIET | {"HOME": str(folder.parent)} | dict(more)


def _done(command: list[str], folder: Path, more: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, env=surroundings(folder, more), capture_output=True, text=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Broken(f"it took more than {PATIENCE:.0f} s") from None
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise Broken(f"exit status {done.returncode}: {last}")
    return done.stdout
