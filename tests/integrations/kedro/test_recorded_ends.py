"""Kedro runs that end without a word: killed, interrupted, cancelled; and recorders that are killed too."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from penstock.integrations.kedro import spool
from penstock.store import commands
from penstock.store.database import open_database
from tests.alive import lives
from tests.integrations.kedro.projects.made import make_project
from tests.integrations.kedro.recorded import Recorded, states

pytestmark = pytest.mark.beside

LOST = ("failed", "interrupted")
WELL = ("succeeded", None)
BELOW = ("upstream_failed", None)
CANCELLED = ("cancelled", "user")
PATIENCE = 60.0


@pytest.fixture
def recorded(tmp_path: Path, kedro_python: Path) -> Recorded:
    return Recorded(make_project("waiting", tmp_path), kedro_python)


def until(found: Callable[[], Any]) -> Any:
    """What is found, once it is there."""
    deadline = time.monotonic() + PATIENCE
    while not (what := found()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return what


@pytest.fixture
def waiting(recorded: Recorded) -> Iterator[subprocess.Popen[str]]:
    """A `kedro run` whose second node waits."""
    process = recorded.started("run")
    until((recorded.project / "data/here").exists)
    yield process
    process.kill()
    process.communicate()


def recorder_of(recorded: Recorded) -> psutil.Process:
    """The process that reads the spool, once it does."""
    (folder,) = recorded.spools()
    until((folder / spool.LOCK).exists)

    def found() -> psutil.Process | None:
        for process in psutil.process_iter(["cmdline"]):
            if str(folder) in (process.info["cmdline"] or ()):
                return process
        return None

    process: psutil.Process = until(found)
    return process


def live_states(recorded: Recorded) -> dict[str, str]:
    """States of the tasks as they are on record now."""
    if not Path(recorded.home.database_url).exists():
        return {}
    with recorded.reading() as connection:
        return {str(name): str(state) for name, state in connection.all("SELECT task, state FROM task_run_row")}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_is_interrupted(recorded: Recorded, waiting: subprocess.Popen[str], number: int) -> None:
    waiting.send_signal(number)
    waiting.wait(PATIENCE)
    run = recorded.run()
    assert (run["state"], run["reason"]) == LOST
    assert states(run) == {"begin": WELL, "middle": LOST, "end": BELOW}
    assert run["error"]["task"] == "middle"
    assert run["duration"] > 0


def test_ctrl_c_is_a_cancellation_by_the_user(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    waiting.send_signal(signal.SIGINT)
    waiting.wait(PATIENCE)
    run = recorded.run()
    assert (run["state"], run["reason"]) == CANCELLED
    assert states(run) == {"begin": WELL, "middle": CANCELLED, "end": CANCELLED}


@pytest.mark.parametrize("pipeline", ["leave", "leave_at_once", "die"])
def test_a_process_that_leaves_in_the_middle_is_interrupted(recorded: Recorded, pipeline: str) -> None:
    exit_code = {"leave": 4, "leave_at_once": 3, "die": -signal.SIGKILL}[pipeline]
    recorded.kedro("run", "--pipeline", pipeline, exit_code=exit_code)
    run = recorded.run()
    assert (run["state"], run["reason"]) == LOST
    assert states(run) == {"begin": WELL, "middle": LOST, "end": BELOW}


def test_rows_arrive_while_the_run_goes_on(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    until(lambda: live_states(recorded) == {"begin": "succeeded", "middle": "running", "end": "created"})
    (recorded.project / "data/go").touch()
    assert waiting.wait(PATIENCE) == 0
    assert recorded.run()["state"] == "succeeded"


def test_samples_are_taken_while_a_node_runs(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    def sampled() -> int:
        if "middle" not in live_states(recorded):
            return 0
        with recorded.reading() as connection:
            return int(connection.all("SELECT count(*) FROM sample")[0][0])

    until(sampled)
    with recorded.reading() as connection:
        (row,) = connection.all("SELECT cpu_seconds, rss_bytes FROM sample LIMIT 1")
    assert row[1] > 10_000_000


def test_a_killed_recorder_loses_nothing(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    until(lambda: live_states(recorded).get("middle") == "running")
    recorder_of(recorded).kill()
    (recorded.project / "data/go").touch()
    assert waiting.wait(PATIENCE) == 0
    run = recorded.run()
    assert run["state"] == "succeeded"
    assert states(run) == dict.fromkeys(("begin", "middle", "end"), WELL)
    assert [event["task"] for event in recorded.events(run, "dataset_saved")] == ["begin", "middle", "end"]
    assert len(recorded.events(run, "run.created")) == 1


def test_all_killed_at_once(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    until(lambda: live_states(recorded).get("middle") == "running")
    recorder_of(recorded).kill()
    waiting.kill()
    waiting.wait(PATIENCE)
    done = subprocess.run(
        [str(recorded.python), "-m", "penstock.cli", "runs", "list"], cwd=recorded.project, env=recorded.env,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "interrupted" in done.stdout
    assert states(recorded.run()) == {"begin": WELL, "middle": LOST, "end": BELOW}


def test_a_run_that_lost_its_recorder_gets_another(
    recorded: Recorded, waiting: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    until(lambda: live_states(recorded).get("middle") == "running")
    first = recorder_of(recorded)
    first.kill()
    until(lambda: not lives(first))
    monkeypatch.setattr("penstock.compose.kedro_spools.COMING", 0.0)
    database = open_database(recorded.home.database_url)
    from penstock.compose.kedro_spools import finish

    finish(recorded.home, database)
    database.close()
    second = until(lambda: recorder_of(recorded) if recorder_of(recorded).pid != first.pid else None)
    (recorded.project / "data/go").touch()
    assert waiting.wait(PATIENCE) == 0
    until(lambda: not recorded.spools())
    assert not second.is_running() or os.waitpid(second.pid, 0)
    run = recorded.run()
    assert states(run) == dict.fromkeys(("begin", "middle", "end"), WELL)


def ask(recorded: Recorded, kind: str) -> dict[str, Any]:
    """Ask something of the only run; what became of the wish."""
    database = open_database(recorded.home.database_url)
    try:
        with database.write() as connection:
            (key,) = connection.all("SELECT key FROM run")[0]
            wish = commands.add(connection, key, kind, {}, time.time())

        def settled() -> Any:
            with database.read() as connection:
                found = commands.find(connection, wish)
            return found if found is not None and found.state != "waiting" else None

        found = until(settled)
        return {"state": found.state, **found.outcome}
    finally:
        database.close()


def test_cancel_is_ctrl_c(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    until(lambda: live_states(recorded).get("middle") == "running")
    assert ask(recorded, "cancel") == {"state": "applied"} | {"state": "cancelling"}
    assert waiting.wait(PATIENCE) != 0
    run = recorded.run()
    assert (run["state"], run["reason"]) == CANCELLED
    assert states(run)["middle"] == CANCELLED


def test_other_wishes_are_refused_with_the_reason(recorded: Recorded, waiting: subprocess.Popen[str]) -> None:
    until(lambda: live_states(recorded).get("middle") == "running")
    refused = ask(recorded, "pause")
    assert refused["state"] == "refused"
    assert "Kedro runs this" in refused["detail"]
