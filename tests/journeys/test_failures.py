"""What happens when tasks, processes and people end things."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.journeys.conftest import PATIENCE, User, until

pytestmark = pytest.mark.waits

FAILS = """
    import ctypes, os, re, signal, time
    from penstock import Pipeline, Retry

    p = Pipeline("fails")

    @p.task
    def raw():
        print("before")
        raise ValueError("no such year")

    @p.task
    def follows(raw): ...

    @p.task
    def independent():
        return 1

    @p.task
    def goes_on(independent):
        return 2

    @p.task
    def exits(): os._exit(3)

    @p.task
    def segfaults(): ctypes.string_at(0)

    @p.task(retry=Retry(9, delay=0))
    def poisons(): os.kill(os.getpid(), signal.SIGKILL)

    @p.task(timeout="0.3s", grace="0.1s")
    def holds_the_lock(): re.match("(a+)+$", "a" * 40 + "b")

    @p.task(resources={"memory": "150MB"})
    def eats():
        food = []
        while True:
            food.append(bytearray(5_000_000))
            time.sleep(0.002)

    @p.task
    def unstorable(): return (each for each in ())
"""


def test_every_kind_of_end_is_told_and_takes_nobody_along(user: User) -> None:
    user.write("fails.py", FAILS)
    ran = user.types("run", "fails.py")
    assert ran.returncode == 1
    found = {task["name"]: (task["state"], task["reason"]) for task in user.document()["tasks"]}
    assert found == {
        "raw": ("failed", "user_error"),
        "follows": ("upstream_failed", None),
        "independent": ("succeeded", None),
        "goes_on": ("succeeded", None),
        "exits": ("failed", "worker_lost"),
        "segfaults": ("failed", "worker_lost"),
        "poisons": ("failed", "poison"),
        "holds_the_lock": ("failed", "timeout"),
        "eats": ("failed", "out_of_memory"),
        "unstorable": ("failed", "user_error"),
    }
    tasks = {task["name"]: task for task in user.document()["tasks"]}
    error = tasks["raw"]["attempts"][0]["error"]
    assert error["type"].endswith("ValueError")
    assert error["message"] == "no such year"
    assert "fails.py" in error["traceback"]
    assert "site-packages" not in error["traceback"]
    assert "penstock/worker" not in error["traceback"]
    assert len(tasks["poisons"]["attempts"]) == 3
    assert "SIGSEGV" in tasks["segfaults"]["attempts"][0]["error"]["message"]
    assert "unstorable" in tasks["unstorable"]["attempts"][0]["error"]["message"]
    assert user.types("db", "check").returncode == 0


def test_the_summary_shows_the_line_that_failed(user: User) -> None:
    user.write(
        "one.py",
        "from penstock import Pipeline\np = Pipeline('one')\n@p.task\ndef bad():\n    x = 0\n    return 1 / x\n",
    )
    ran = user.types("run", "one.py")
    assert ran.returncode == 1
    assert "at one.py:6" in ran.stdout
    assert "return 1 / x" in ran.stdout
    assert "ZeroDivisionError: division by zero" in ran.stdout
    assert "penstock runs logs" in ran.stdout


STUBBORN = """
    import signal, subprocess, sys, time
    from penstock import Pipeline

    p = Pipeline("stubborn")

    @p.task(grace="1s")
    def stubborn():
        nap = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
        subprocess.Popen([sys.executable, "-c", nap], start_new_session=True)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("settled in", flush=True)
        while True:
            time.sleep(0.05)

    @p.task
    def later(stubborn): ...

    @p.finally_
    def tidy():
        print("tidied")
"""


def _settled(user: User) -> bool:
    return any("settled in" in file.read_text() for file in (user.folder / ".penstock").glob("logs/*/*.jsonl"))


def test_ctrl_c_once_ends_well(user: User) -> None:
    user.write("stubborn.py", STUBBORN)
    child = user.starts("run", "stubborn.py")
    until(lambda: _settled(user), "the task runs")
    child.send_signal(signal.SIGINT)
    assert child.wait(PATIENCE) == 130
    document = user.document()
    assert (document["state"], document["reason"]) == ("cancelled", "user")
    assert user.states() == {"stubborn": "cancelled", "later": "cancelled", "tidy": "succeeded"}
    assert user.processes() == []


def test_ctrl_c_twice_ends_at_once(user: User) -> None:
    user.write("stubborn.py", STUBBORN.replace('grace="1s"', 'grace="10m"'))
    child = user.starts("run", "stubborn.py")
    until(lambda: _settled(user), "the task runs")
    child.send_signal(signal.SIGINT)
    assert child.stdout is not None
    while "Cancelling" not in child.stdout.readline():
        pass
    child.send_signal(signal.SIGINT)
    shown, _ = child.communicate(timeout=PATIENCE)
    assert (child.returncode, "Ending at once" in shown) == (130, True), shown
    assert user.states() == {"stubborn": "cancelled", "later": "cancelled", "tidy": "cancelled"}
    assert user.processes() == []


@pytest.mark.parametrize("who", ["command", "agent", "template", "worker"])
def test_kill_9_of_any_process(user: User, who: str) -> None:
    user.write("stubborn.py", STUBBORN)
    child = user.starts("run", "stubborn.py")
    until(lambda: _settled(user), "the task runs")
    if who == "command":
        os.kill(child.pid, signal.SIGKILL)
        child.wait(PATIENCE)
        until(lambda: not user.processes(), "no process of the run is alive")
        assert user.types("db", "check").returncode == 0
        document = user.document()
        assert (document["state"], document["reason"]) == ("failed", "lease_lost")
        assert user.states() == {"stubborn": "failed", "later": "cancelled", "tidy": "cancelled"}
        return
    victim = next(one for one in user.processes() if _is(who, one))
    victim.kill()
    if who == "worker":
        assert child.wait(PATIENCE) == 1
        assert user.document()["tasks"][0]["reason"] == "worker_lost"
    else:
        # The attempt is tried again by itself, with a new agent.
        until(lambda: len(list((user.folder / ".penstock").glob("logs/*/stubborn.2.jsonl"))) == 1, "a second attempt")
        child.send_signal(signal.SIGINT)
        assert child.wait(PATIENCE) == 130
        attempts = user.document()["tasks"][0]["attempts"]
        assert (attempts[0]["state"], attempts[0]["reason"]) == ("lost", "node_lost")
    assert user.types("db", "check").returncode == 0


def _is(who: str, process: object) -> bool:
    words = process.cmdline()  # type: ignore[attr-defined]
    name = process.name()  # type: ignore[attr-defined]
    if who == "agent":
        return "penstock.agent" in words
    if who == "template":
        return "penstock.worker" in words and not name.startswith("penstock-w")
    return bool(name.startswith("penstock-w")) and bool(process.children())  # type: ignore[attr-defined]


LOUD = """
    import os, sys
    from penstock import Pipeline

    p = Pipeline("loud")

    @p.task
    def many():
        for at in range(200_000):
            print(at)

    @p.task
    def wide():
        block = "x" * 1_000_000
        for _ in range(200):
            sys.stdout.write(block)

    @p.task
    def broken():
        os.write(1, b"caf\\xff\\x00\\n")
"""


@pytest.mark.slow
def test_very_many_lines_a_very_long_one_and_bytes_that_are_no_text(user: User) -> None:
    user.write("loud.py", LOUD)
    ran = user.types("run", "loud.py")
    assert ran.returncode == 0, ran.stdout
    logs = next((user.folder / ".penstock" / "logs").iterdir())
    count, last = 0, b""
    with open(logs / "many.1.jsonl", "rb") as file:
        for count, last in enumerate(file, 1):  # noqa: B007 - both are looked at below
            pass
    assert count == 200_000
    assert json.loads(last)["message"] == "199999"
    wide = (logs / "wide.1.jsonl").read_text().splitlines()
    assert sum(map(len, wide)) < 300_000_000
    assert "cut" in wide[-1][-200:] or sum(map(len, wide)) > 200_000_000
    assert json.loads((logs / "broken.1.jsonl").read_text())["message"].startswith("caf")


def test_inline_runs_here_and_keeps_the_terminal(user: User) -> None:
    user.write(
        "debug.py",
        """
        import os
        from penstock import Pipeline
        p = Pipeline("debug")

        @p.task
        def here():
            breakpoint()
            return os.getpid()
        """,
    )

    ran = user.types("run", "debug.py", "--type", "debug", PYTHONBREAKPOINT="0")
    assert ran.returncode == 0, ran.stderr
    assert user.document()["tasks"][0]["attempts"][0]["worker"] == "inline"
    assert user.document()["type"] == "debug"


def test_a_log_that_is_lost_fails_no_task_and_is_told(user: User) -> None:
    user.write(
        "speaks.py",
        """
        import shutil
        from pathlib import Path
        from penstock import Pipeline, run

        p = Pipeline("speaks")

        @p.task
        def first():
            print("a word")

        @p.task
        def second(first):
            logs = Path(__file__).with_name(".penstock") / "logs"
            shutil.rmtree(logs)
            logs.touch()
            print("another word")
    """,
    )
    ran = user.types("run", "speaks.py")
    assert ran.returncode == 0, ran.stderr
    logs = user.types("runs", "logs")
    assert "The log of 'second', attempt 1, could not be written: Not a directory." in logs.stderr
    assert "No task of this run printed anything" not in logs.stderr
