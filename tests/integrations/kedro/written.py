"""Small Kedro projects that a test writes itself, and a user who runs projects with our engine."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.warm import warm, warm_kedro

CLI = ["-m", "penstock.cli"]
COMMAND = [sys.executable, *CLI]
PATIENCE = 120.0


def write_project(folder: Path, registry: str, **files: str) -> Path:
    """A project of the package `small` with this pipeline_registry.py; its path.

    `files`: `catalog`, `parameters` and `policies` of conf/base, and `settings`, the module.
    """
    project = folder / "small"
    package = project / "src" / "small"
    base = project / "conf" / "base"
    for each in (package, base, project / "conf" / "local", project / "data"):
        each.mkdir(parents=True, exist_ok=True)
    (project / "pyproject.toml").write_text(
        '[tool.kedro]\npackage_name = "small"\nproject_name = "small"\nkedro_init_version = "1.0.0"\n'
    )
    (package / "__init__.py").touch()
    (package / "pipeline_registry.py").write_text(textwrap.dedent(registry))
    (package / "settings.py").write_text(textwrap.dedent(files.get("settings", "")))
    (base / "catalog.yml").touch()
    for name, file in (("catalog", "catalog.yml"), ("parameters", "parameters.yml"), ("policies", "penstock.yml")):
        if name in files:
            (base / file).write_text(textwrap.dedent(files[name]))
    return project


class User:
    """Types `penstock` in a folder; that of the environment of `python`."""

    def __init__(self, folder: Path, python: Path = Path(sys.executable)) -> None:
        self.folder = folder
        self._command = [str(python), *CLI]
        self._warm = warm if python == Path(sys.executable) else warm_kedro(python)
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PENSTOCK_")}
        self.env |= {"COLUMNS": "200", "DO_NOT_TRACK": "1"}

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command and what became of it."""
        return self._warm.run(["penstock.cli", *words], cwd=self.folder, env=self.env, timeout=PATIENCE)

    def begins(self, *words: str) -> subprocess.Popen[str]:
        """A command that goes on."""
        return subprocess.Popen(
            [*self._command, *words], cwd=self.folder, env=self.env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def runs(self, *words: str, exit_code: int = 0) -> dict[str, Any]:
        """The document of a run, which ends with this exit code."""
        done = self.types("run", *words, "--json")
        assert done.returncode == exit_code, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def errors(self) -> list[dict[str, Any]]:
        """The errors of attempts as the engine has them, which is more than documents tell."""
        with closing(sqlite3.connect(self.folder / ".penstock" / "penstock.db")) as connection:
            rows = connection.execute("SELECT error FROM attempt WHERE error IS NOT NULL ORDER BY run_key, seq, n")
            return [json.loads(row[0]) for row in rows]

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Kinds and data of what happened to datasets."""
        with closing(sqlite3.connect(self.folder / ".penstock" / "penstock.db")) as connection:
            rows = connection.execute("SELECT kind, data FROM event WHERE kind LIKE 'dataset_%' ORDER BY id")
            return [(kind, json.loads(data)) for kind, data in rows]

    def refused(self, *words: str) -> str:
        """What is said of a run that is refused before anything ran."""
        done = self.types("run", *words)
        assert done.returncode == 2, done.stdout + done.stderr
        assert not (self.folder / ".penstock" / "penstock.db").exists()
        return " ".join(done.stderr.split())


def task(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A task of a run's document."""
    return next(dict(each) for each in document["tasks"] if each["name"] == name)


def states(document: dict[str, Any]) -> dict[str, str]:
    """States by task."""
    return {each["name"]: each["state"] for each in document["tasks"]}
