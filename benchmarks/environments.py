"""An environment a tool, under `.envs/`, made and filled here."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.catalog import Tool

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".envs"
PATIENCE = 600.0
"""Seconds that one installation may take."""


class NotInstalled(Exception):
    """The environment of a tool is not there, or could not be made."""


def python_of(tool: Tool) -> Path:
    """The interpreter that runs a tool's driver. Raises `NotInstalled`."""
    if not tool.requirements:
        return Path(sys.executable)
    if not _is_ready(tool):
        raise NotInstalled("not installed; run again without --no-install")
    return _folder(tool) / "bin" / "python"


def install(tool: Tool) -> None:
    """Make and fill the environment of a tool, unless it is there with the same versions. Raises `NotInstalled`.

    Of several processes one does it, and the others wait for it.
    """
    if not tool.requirements:
        return
    with alone(tool.name):
        if not _is_ready(tool):
            _make(tool)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Be the only process that is inside under this name. Who is inside can't come in once more."""
    ENVIRONMENTS.mkdir(exist_ok=True)
    with (ENVIRONMENTS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(tool: Tool) -> None:
    folder = _folder(tool)
    shutil.rmtree(folder, ignore_errors=True)
    for command in _commands(folder, [*tool.requirements, "-c", str(_pins(tool))]):
        _do(command)
    _stamp(tool).write_text(_recipe(tool))


def _commands(folder: Path, what: list[str]) -> list[list[str]]:
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv")
    if uv:
        return [
            [uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
            [uv, "pip", "install", "--quiet", "--python", python, *what],
        ]
    return [[sys.executable, "-m", "venv", str(folder)], [python, "-m", "pip", "install", "--quiet", *what]]


def _do(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"the installation took more than {PATIENCE:.0f} s") from None
    except subprocess.CalledProcessError as error:
        raise NotInstalled(_reason(error.stderr)) from error


def _reason(text: str) -> str:
    """The last line that tells of an error, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if line.lower().startswith("error")]
    return (told or lines or ["it failed without a word"])[-1]


def _is_ready(tool: Tool) -> bool:
    stamp = _stamp(tool)
    return stamp.is_file() and stamp.read_text() == _recipe(tool)


def _recipe(tool: Tool) -> str:
    """What the environment was made of: another Python or another version makes another environment."""
    pins = hashlib.sha256(_pins(tool).read_bytes()).hexdigest()
    return "\n".join((sys.version, *tool.requirements, pins))


def _folder(tool: Tool) -> Path:
    return ENVIRONMENTS / tool.name


def _stamp(tool: Tool) -> Path:
    return _folder(tool) / "installed.txt"


def _pins(tool: Tool) -> Path:
    return HERE / "pins" / f"{tool.name}.txt"
