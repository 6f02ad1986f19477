"""Something happens in the midst of a chain of short tasks, of which a worker has many before their time."""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.journeys.conftest import PATIENCE, User, until

pytestmark = pytest.mark.waits

LENGTH = 60
MIDST = 40
CHAIN = f"""
    import os, signal, time
    from pathlib import Path
    from penstock import Pipeline, Retry, run

    HERE = Path(__file__).parent
    p = Pipeline("chain")

    def link(value=0):
        with (HERE / "made").open("a") as made:
            made.write(f"{{run.task}} {{run.attempt}}\\n")
        return value + 1

    def midst(value):
        if run.attempt == 1:
            (HERE / "mark").write_text(str(os.getpid()))
            BODY
        return link(value)

    for at in range({LENGTH}):
        inputs = {{"value": f"t{{at - 1}}"}} if at else {{}}
        p.task(name=f"t{{at}}", inputs=inputs, retry=Retry(2, delay=0))(midst if at == {MIDST} else link)

    @p.finally_
    def tidy(): ...
"""


def chain(user: User, body: str) -> Path:
    """Write the pipeline; the file in which the task in its midst leaves its process number."""
    user.write("chain.py", CHAIN.replace("BODY", body))
    return user.folder / "mark"


def begun(user: User) -> list[str]:
    """Each call of a task that came to its end, in order: "name attempt"."""
    return (user.folder / "made").read_text().splitlines()


@pytest.mark.parametrize("body", ["raise ValueError('no')", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_link_that_fails_is_made_again_and_the_chain_goes_on(user: User, body: str) -> None:
    chain(user, body)
    assert user.types("run", "chain.py").returncode == 0
    assert begun(user) == [f"t{at} {1 + (at == MIDST)}" for at in range(LENGTH)]
    attempts = {task["name"]: task["attempts"] for task in user.document()["tasks"]}
    assert [len(attempts[f"t{at}"]) for at in range(LENGTH)] == [1 + (at == MIDST) for at in range(LENGTH)]
    assert user.types("db", "check").returncode == 0
    _check_times(user.document()["tasks"])


def _check_times(tasks: list[dict[str, Any]]) -> None:
    """Each link is queued when the one before it has ended, and starts after that."""
    links = tasks[:LENGTH]
    for before, after in itertools.pairwise(links):
        assert before["ended_at"] <= after["queued_at"] <= after["started_at"] <= after["ended_at"]


def test_kill_9_of_the_worker(user: User) -> None:
    mark = chain(user, "time.sleep(1000)")
    child = user.starts("run", "chain.py")
    until(lambda: mark.exists() and mark.read_text() != "", "the chain comes to its midst")
    os.kill(int(mark.read_text()), signal.SIGKILL)
    assert child.wait(PATIENCE) == 0
    assert begun(user) == [f"t{at} {1 + (at == MIDST)}" for at in range(LENGTH)]
    assert user.types("db", "check").returncode == 0


def test_kill_9_of_the_command(user: User) -> None:
    mark = chain(user, "time.sleep(1000)")
    child = user.starts("run", "chain.py")
    until(mark.exists, "the chain comes to its midst")
    os.kill(child.pid, signal.SIGKILL)
    child.wait(PATIENCE)
    until(lambda: not user.processes(), "no process of the run is alive")
    assert user.types("db", "check").returncode == 0
    document = user.document()
    assert (document["state"], document["reason"]) == ("failed", "lease_lost")
    states = [task["state"] for task in document["tasks"][:LENGTH]]
    recorded = states.count("succeeded")
    # What was made in the last milliseconds may not be on record: with a slow disk all of it.
    assert recorded <= MIDST
    assert states[:recorded] == ["succeeded"] * recorded
    assert len(begun(user)) == MIDST


def test_ctrl_c(user: User) -> None:
    mark = chain(user, "time.sleep(1000)")
    child = user.starts("run", "chain.py")
    until(mark.exists, "the chain comes to its midst")
    # What was made and is not told of yet when the word comes is cancelled with the rest.
    until(lambda: user.states()[f"t{MIDST - 1}"] == "succeeded", "the first part of it is on record")
    child.send_signal(signal.SIGINT)
    assert child.wait(PATIENCE) == 130
    states = user.states()
    assert [states[f"t{at}"] for at in range(LENGTH)] == ["succeeded"] * MIDST + ["cancelled"] * (LENGTH - MIDST)
    assert states["tidy"] == "succeeded"
    assert len(begun(user)) == MIDST
    assert not psutil.pid_exists(int(mark.read_text()))
    assert user.types("db", "check").returncode == 0
