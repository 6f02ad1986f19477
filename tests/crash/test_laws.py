"""The laws can be broken, and say so."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash import home, laws
from tests.crash.project import Project
from tests.crash.record import Event, Record, Slot, read_record

#: A command of the run, whose last three facts follow.
COMMAND = (
    "INSERT INTO command (id, run_key, kind, arguments, created_at, state, outcome, applied_at) "
    "SELECT 1, key, 'cancel', '{}', 0, "
)


#: What the event of a decision tells.
BY = '{"by": "somebody"}'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose run went well."""
    project = Project(tmp_path_factory.mktemp("whole"), seed=3)
    assert project.starts("run", "flow.py").wait(60) in (0, 1)
    assert project.broken() == []
    yield project
    project.end()


@pytest.fixture
def copy(whole: Project, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-r", str(whole.home), str(tmp_path / "home")], check=True)
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE run SET state = 'running', ended_at = NULL", "is running"),
        ("UPDATE task_run_row SET state = 'queued', ended_at = NULL WHERE seq = 0", "is queued"),
        ("UPDATE task_run_row SET state = 'queued', ended_at = NULL WHERE seq = 0", "and its task t00"),
        ("UPDATE attempt SET state = 'running', ended_at = NULL WHERE n = 1", "and its attempt 1 is running"),
        ("UPDATE attempt SET state = 'running', ended_at = NULL WHERE n = 1", "the owner of its run is gone"),
        ("DELETE FROM event WHERE kind = 'task_run.succeeded'", "its events end with"),
        ("DELETE FROM event WHERE kind = 'task_run.running'", "queued -> succeeded"),
        ("UPDATE event SET kind = 'task_run.skipped' WHERE kind = 'task_run.running'", "skipped -> succeeded"),
        ("UPDATE run SET generation = 2", "is in generation 2, and began 1 times"),
        ("UPDATE task_run_row SET ended_at = ended_at - 60000000", "began again"),
        ("UPDATE run SET ended_at = started_at", "was over"),
        (COMMAND + "'waiting', NULL, NULL FROM run", "command 1 (cancel) has no answer"),
        (COMMAND + "'applied', NULL, NULL FROM run", "command 1 (cancel) is applied, with None"),
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
    assert any(told in law for law in home.broken(copy, whole.seen, whole.mark))


@pytest.fixture
def record(whole: Project) -> Record:
    with whole.database.read() as connection:
        return read_record(connection)


@pytest.mark.parametrize(("part", "told"), [("tasks", "is there 2 times"), ("attempts", "succeeded 2 times")])
def test_what_is_there_twice_is_told(record: Record, part: str, told: str) -> None:
    """The unique indexes keep this out of a database that is whole."""
    rows = getattr(record, part)
    assert any(told in law for law in laws.always(record._replace(**{part: rows + rows})))


def test_two_attempts_under_way_are_told(record: Record) -> None:
    first = record.attempts[0]._replace(state="running")
    assert any("2 attempts under way" in law for law in laws.always(record._replace(attempts=[first, first])))


def test_a_slot_of_a_run_that_is_over_is_told(record: Record) -> None:
    held = Slot("tag:x", record.runs[0].key, -1, 0, 0)
    assert any("a slot is held" in law for law in laws.at_rest(record._replace(slots=[held])))


def test_a_slot_of_an_attempt_that_is_over_is_told(record: Record) -> None:
    run_key, seq, n, *_ = record.attempts[0]
    held = Slot("pool:db", run_key, seq, n, 0)
    assert any("is over, and has a slot" in law for law in laws.always(record._replace(slots=[held])))
    to_come = held._replace(n=99)
    assert laws.always(record._replace(slots=[to_come])) == []


def test_a_retry_and_a_set_state_are_no_broken_law(record: Record) -> None:
    run, task = record.runs[0], record.tasks[0]
    again = [Event(run.key, None, "run.running", BY), Event(run.key, None, "run." + run.state, None)]
    told = [Event(run.key, task.seq, f"task_run.{state}", BY) for state in ("cancelled", task.state)]
    record = record._replace(events=[*record.events, *again, *told], runs=[run._replace(generation=2)])
    assert laws.at_rest(record) == []


def test_who_leaves_an_end_without_being_asked_is_told(record: Record) -> None:
    task = record.tasks[0]
    told = [Event(task.run_key, task.seq, f"task_run.{state}", None) for state in ("failed", task.state)]
    found = laws.at_rest(record._replace(events=[*record.events, *told]))
    assert any(f"{task.state} -> failed" in law for law in found)


def test_a_success_without_its_end_is_told(whole: Project) -> None:
    begun = [one for one in whole.seen if one.word == "begin"]
    assert any("never ended" in law for law in home.broken(whole.home, begun, whole.mark))


def test_a_file_that_changed_is_told(whole: Project, copy: Path) -> None:
    with sqlite3.connect(copy / "penstock.db") as connection:
        connection.execute("UPDATE artifact SET path = 'value', inline = NULL, bytes = 3, digest = 'sha256:00'")
    connection.close()
    (copy / "artifacts").mkdir(exist_ok=True)
    (copy / "artifacts" / "value").write_text("abc")
    assert any("is not what was recorded" in law for law in home.broken(copy, whole.seen, whole.mark))


def test_a_process_that_is_left_over_is_told(whole: Project) -> None:
    left = subprocess.Popen(["sleep", "60"], env=whole.env)
    try:
        assert any(f"process {left.pid}" in law for law in home.broken(whole.home, whole.seen, whole.mark))
    finally:
        left.kill()
        left.wait()
