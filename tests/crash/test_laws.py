"""The laws can be broken, and say so."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.crash import laws
from tests.crash.drill import Project


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose run went well."""
    project = Project(tmp_path_factory.mktemp("whole"), seed=3)
    assert project.starts("run", "flow.py").wait(60) in (0, 1)
    project.end()
    assert laws.broken(project.home, project.seen, project.mark) == []
    return project


@pytest.fixture
def copy(whole: Project, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-r", str(whole.home), str(tmp_path / "home")], check=True)
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE run SET state = 'running', ended_at = NULL", "is running"),
        ("UPDATE task_run_row SET state = 'queued', ended_at = NULL WHERE seq = 0", "is queued"),
        ("DELETE FROM event WHERE kind = 'task_run.succeeded'", "its events end with"),
        ("UPDATE event SET kind = 'task_run.skipped' WHERE kind = 'task_run.running'", "skipped -> succeeded"),
        ("UPDATE task_run_row SET ended_at = ended_at - 60000000", "began again"),
        (
            "INSERT INTO command (id, run_key, kind, arguments, created_at, state) "
            "SELECT 1, key, 'cancel', '{}', 0, 'waiting' FROM run",
            "command 1 has no answer",
        ),
        (
            "UPDATE artifact SET path = 'gone', inline = NULL WHERE dataset = (SELECT min(dataset) FROM artifact)",
            "artifact gone is not there",
        ),
    ],
)
def test_a_record_that_is_wrong_is_told(whole: Project, copy: Path, change: str, told: str) -> None:
    with sqlite3.connect(copy / "penstock.db") as connection:
        connection.execute(change)
    connection.close()
    assert any(told in law for law in laws.broken(copy, whole.seen, whole.mark))


def test_a_success_without_its_end_is_told(whole: Project) -> None:
    begun = [one for one in whole.seen if one.word == "begin"]
    assert any("never ended" in law for law in laws.broken(whole.home, begun, whole.mark))


def test_a_file_that_changed_is_told(whole: Project, copy: Path) -> None:
    with sqlite3.connect(copy / "penstock.db") as connection:
        connection.execute("UPDATE artifact SET path = 'value', inline = NULL, bytes = 3, digest = 'sha256:00'")
    connection.close()
    (copy / "artifacts").mkdir(exist_ok=True)
    (copy / "artifacts" / "value").write_text("abc")
    assert any("is not what was recorded" in law for law in laws.broken(copy, whole.seen, whole.mark))


def test_a_process_that_is_left_over_is_told(whole: Project) -> None:
    left = subprocess.Popen(["sleep", "60"], env=whole.env)
    try:
        assert any(f"process {left.pid}" in law for law in laws.broken(whole.home, whole.seen, whole.mark))
    finally:
        left.kill()
        left.wait()
