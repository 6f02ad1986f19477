"""Kedro 1.0, the oldest that we take, with Penstock installed beside it, in an environment of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from benchmarks.catalog import Tool
from benchmarks.environments import NotInstalled, alone, install, python_of

ROOT: Final = Path(__file__).parents[3]
PROJECT: Final = ROOT / "pyproject.toml"
PATIENCE: Final = 120.0


def _tool() -> Tool:
    known: dict[str, Any] = tomllib.loads(PROJECT.read_text())
    needed = [*known["project"]["dependencies"], *known["build-system"]["requires"], "editables"]
    return Tool("kedro-1.0", ("kedro==1.0.0", *needed), ())


@cache
def oldest_python() -> Path:
    """The interpreter of that environment. Skips the test where it can't be made; fails in CI."""
    try:
        with alone("kedro-1.0 with penstock"):  # several processes of pytest may want it first
            return _made(_tool())
    except NotInstalled as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"Kedro 1.0 can't be installed here: {error}")


def _made(tool: Tool) -> Path:
    install(tool)
    python = python_of(tool)
    stamp = python.parents[1] / "penstock.txt"
    recipe = hashlib.sha256(PROJECT.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != recipe:
        _install_penstock(python)
        stamp.write_text(recipe)
    return python


def _install_penstock(python: Path) -> None:
    """As it lies here, with its entry points; the page is none of Kedro's business."""
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT]
    environment = {**os.environ, "PENSTOCK_PAGE": "skip"}
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE, env=environment)
    except subprocess.CalledProcessError as error:
        raise NotInstalled(error.stderr.strip()) from error


def without_pandas(failing: Path) -> Path:
    """The project `failing`, with a catalogue that needs Kedro alone."""
    entries = "".join(f"{name}: {{type: failing.datasets.Unwritable}}\n" for name in ("absent", "unwritable"))
    (failing / "conf/base/catalog.yml").write_text(entries)
    return failing
