"""What a worker imports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from penstock.ports.executor import RunContext
from penstock.worker.code import Run
from tests.authoring.saved_twice import save_twice

FLOW = """
import {module}
from penstock import Pipeline
flow = Pipeline("flow")
@flow.task
def work():
    return "one", {module}.NAME
"""
LOADER = """
import {module}
class Loaded:
    values = "one", {module}.NAME
def load(context):
    return Loaded()
"""


def run_of(code: dict[str, Any], folder: Path) -> Run:
    about = {"run_id": "r", "pipeline": "flow", "namespace": "default", "version": "v", "type": "normal"}
    return Run(RunContext(**about, params={}, labels={}, code=code, artifacts=str(folder), logs=str(folder)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On the import path, for this test alone."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "path_hooks", list(sys.path_hooks))
    return tmp_path


def test_a_pipeline_is_imported_as_it_was_saved_last(folder: Path) -> None:
    save_twice(folder / "prices_of_flow.py", 'NAME = "one"\n')
    save_twice(folder / "twice_flow.py", FLOW.format(module="prices_of_flow"))
    code = {"root": str(folder), "file": "twice_flow.py", "module": "twice_flow", "name": "flow"}
    run = run_of(code, folder)
    run.load()
    assert run.task("work").function() == ("two", "two")


def test_so_is_what_another_loader_imports(folder: Path) -> None:
    save_twice(folder / "prices_of_loader.py", 'NAME = "one"\n')
    save_twice(folder / "twice_loader.py", LOADER.format(module="prices_of_loader"))
    code = {"root": str(folder), "file": "", "module": "", "name": "", "loader": "twice_loader"}
    run = run_of(code, folder)
    run.load()
    assert run.values == ("two", "two")
