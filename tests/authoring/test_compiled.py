"""Files that Python takes for those that it has compiled, and that are others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from penstock.authoring.discovery import discover
from tests.authoring.saved_twice import COMPILED, MILLISECOND, SECOND, save, save_twice
from tests.plain_user import bound

FLOW = """
import prices
from shop import rates
from penstock import Pipeline
flow = Pipeline("flow", description=f"one {prices.NAME} {rates.NAME}")
@flow.task
def work(): ...
"""
NAME = 'NAME = "one"\n'


def flow(folder: Path, compiled: int = COMPILED, mode: PycInvalidationMode = PycInvalidationMode.TIMESTAMP) -> Path:
    """A pipeline whose description tells the text of its file, of a module, and of one in a package."""
    for name in ("prices.py", "shop/rates.py"):
        save_twice(folder / name, NAME, compiled, mode)
    save(folder / "shop" / "__init__.py", "", SECOND)
    save_twice(folder / "flow.py", FLOW, compiled, mode)
    return folder / "flow.py"


def told(file: Path) -> str:
    (spec,) = discover(file)
    return spec.description


def compiled_files(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*.pyc")}


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_was_saved_last_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: bool) -> None:
    if elsewhere:
        monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "cache"))
        monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    file = flow(tmp_path / "project")
    assert (tmp_path / "cache").exists() is elsewhere
    assert told(file) == "two two two"


def test_it_is_compiled_once_more_and_not_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    file = flow(tmp_path)
    before = compiled_files(tmp_path)
    told(file)
    after = compiled_files(tmp_path)
    assert {one for one in before if after[one] > before[one]} == before.keys()
    told(file)
    assert compiled_files(tmp_path) == after


@pytest.mark.parametrize(("later", "word"), [(-300, "two"), (0, "two"), (50, "two"), (1000, "one")])
def test_what_was_compiled_soon_after_a_save_may_have_been_read_before_it(
    tmp_path: Path, later: int, word: str
) -> None:
    assert told(flow(tmp_path, SECOND + later * MILLISECOND)) == f"{word} {word} {word}"


def test_what_tells_the_digest_of_its_source_needs_no_times(tmp_path: Path) -> None:
    assert told(flow(tmp_path, mode=PycInvalidationMode.CHECKED_HASH)) == "two two two"
    assert told(flow(tmp_path, mode=PycInvalidationMode.UNCHECKED_HASH)) == "one one one"


def test_where_nothing_can_be_written_it_is_compiled_each_time(tmp_path: Path) -> None:
    file = flow(tmp_path)
    before = compiled_files(tmp_path)
    folders = [tmp_path, *(one for one in tmp_path.rglob("*") if one.is_dir())]
    command = bound([sys.executable, "-P", "-m", "penstock.authoring.discover", str(file)])
    for folder in folders:
        folder.chmod(0o555)
    try:
        for _ in range(2):
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
            assert json.loads(done.stdout)["pipelines"][0]["description"] == "two two two", done.stdout
            assert done.stderr == ""
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert compiled_files(tmp_path) == before


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize(("name", "word"), [("lib", "two"), ("site-packages", "one")])
def test_modules_elsewhere_are_meant_too_but_for_installed_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, word: str, begun: bool
) -> None:
    """`begun`: Python has looked into the folder before, as it is on the import path from the begin."""
    save_twice(tmp_path / name / "prices.py", NAME)
    text = FLOW.replace("from shop import rates", "rates = prices")
    if begun:
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path / name), os.environ.get("PYTHONPATH", ""))))
    else:
        text = f"import sys\nsys.path.append({str(tmp_path / name)!r})\n{text}"
    save(tmp_path / "flow.py", text, SECOND)
    assert told(tmp_path / "flow.py") == f"one {word} {word}"
