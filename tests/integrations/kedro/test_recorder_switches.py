"""Recording can be switched off, and what goes wrong with it never harms the run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.integrations.kedro.projects.made import make_project
from tests.integrations.kedro.recorded import Recorded


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project("failing", tmp_path)


def test_off_by_the_environment(project: Path) -> None:
    recorded = Recorded(project, PENSTOCK_KEDRO="off")
    recorded.kedro("run")
    recorded.kedro("run", "--runner", "ParallelRunner")
    assert not recorded.home.path.exists()


def test_off_by_kedros_own_switch(project: Path) -> None:
    (project / "src/failing/settings.py").write_text('DISABLE_HOOKS_FOR_PLUGINS = ("penstock",)\n')
    recorded = Recorded(project)
    recorded.kedro("run")
    assert not recorded.home.path.exists()


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
def test_a_place_that_takes_nothing_is_told_once_and_the_run_goes_on(project: Path, runner: str) -> None:
    (project / ".penstock").write_text("in the way")
    said = Recorded(project).kedro("run", "--runner", runner)
    assert " ".join(said.split()).count("Penstock does not record this run") == 1
    assert "successfully" in " ".join(said.split())


def test_a_recorder_that_can_not_begin_leaves_the_spool_with_its_reason(project: Path) -> None:
    recorded = Recorded(project)
    recorded.home.path.mkdir()
    database = Path(recorded.home.database_url)
    database.write_bytes(b"no database at all, but long enough to look at" * 100)
    recorded.kedro("run")
    (folder,) = recorded.spools()
    from tests.integrations.kedro.test_recorded_ends import until

    until(lambda: "penstock" in (folder / "trouble.txt").read_text())
    database.unlink()
    assert recorded.run()["state"] == "succeeded"


def test_another_home_by_the_environment(project: Path, tmp_path: Path) -> None:
    recorded = Recorded(project, PENSTOCK_HOME=str(tmp_path / "elsewhere"))
    recorded.kedro("run")
    assert not recorded.home.path.exists()
    assert (tmp_path / "elsewhere" / "kedro").is_dir()


def test_no_module_of_the_store_or_the_page_is_loaded_with_the_hooks() -> None:
    import subprocess

    heavy = ("sqlalchemy", "pydantic", "psutil", "fastapi", "penstock.store", "penstock.engine", "penstock.wire")
    code = (
        "import sys, kedro.framework.session; known = set(sys.modules); "
        "import penstock.integrations.kedro.hooks, penstock.integrations.kedro.command; "
        "print(*sorted(set(sys.modules) - known))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "penstock.integrations.kedro.hooks" in loaded
    assert not [name for name in loaded if name.startswith(heavy)]
