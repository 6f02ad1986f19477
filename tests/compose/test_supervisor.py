"""Processes that stay: started again when they fall, given up where that does not help, ended in order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from penstock.compose.supervisor import LONGEST, SHORTEST, Child, GivenUp, Signals, Supervisor, how_it_ended
from tests.journeys.conftest import until


class Stage:
    """A supervisor whose children are actors."""

    def __init__(self) -> None:
        self.signals = Signals()
        self.said: list[Any] = []
        self.fallen: list[tuple[str, str, float]] = []
        self.supervisor = Supervisor([], self.signals, lambda one, how, wait: self.fallen.append((one.name, how, wait)))

    def child(self, *arguments: str) -> Child:
        child = Child("actor", "actors", arguments, self.said.append)
        self.supervisor.children.append(child)
        return child

    def wait(self, true: Callable[[], object]) -> None:
        def turn() -> object:
            self.supervisor.wait()
            return true()

        until(turn, "what the stage waits for")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    stage = Stage()
    yield stage
    stage.supervisor.kill()
    stage.signals.close()


def test_a_child_is_heard_whatever_else_it_prints(stage: Stage) -> None:
    child = stage.child("talks")
    stage.supervisor.start()
    stage.wait(lambda: stage.said)
    assert child.process is not None
    assert stage.said == [{"pid": child.process.pid}]


def test_one_that_falls_starts_again_each_time_later(stage: Stage) -> None:
    child = stage.child("falls")
    child.ready = True
    stage.supervisor.start()
    stage.wait(lambda: len(stage.fallen) == 3)
    assert stage.fallen == [("actor", "was killed by SIGKILL", SHORTEST * factor) for factor in (1, 2, 4)]
    assert len({one["pid"] for one in stage.said}) >= 2


def test_the_wait_has_a_longest() -> None:
    child = Child("actor", "actors", [], lambda _: None)
    child.ready = True
    child._began = time.monotonic() + 60
    assert [child.fell(1) for _ in range(12)][-1] == LONGEST


def test_one_that_never_works_is_given_up(stage: Stage) -> None:
    stage.child("exit", "1")
    stage.supervisor.start()
    with pytest.raises(GivenUp, match="the actor does not start: it ended with exit code 1"):
        stage.wait(lambda: False)
    assert len(stage.fallen) == 2


def test_one_that_says_what_is_wrong_is_not_tried_again(stage: Stage) -> None:
    stage.child("exit", "2")
    stage.supervisor.start()
    with pytest.raises(GivenUp):
        stage.wait(lambda: False)
    assert stage.fallen == []


def test_what_is_wrong_is_told_with_its_cure_and_not_tried_again(stage: Stage) -> None:
    stage.child("wrong")
    stage.supervisor.start()
    with pytest.raises(GivenUp, match="the actor does not start: its lamp is out; change it"):
        stage.wait(lambda: False)
    assert stage.fallen == []


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def x(:\n", "unfit.py:1 can't be loaded: syntax error: invalid syntax; mend that file"),
        (
            "\nimport nothing_there\n",
            "unfit.py:2 can't be loaded: ModuleNotFoundError: No module named 'nothing_there'",
        ),
        ("\n\n1 / 0\n", "unfit.py:3 can't be loaded: ZeroDivisionError: division by zero"),
        ("import wave; wave.open('/nowhere')", "unfit.py:1 can't be loaded: FileNotFoundError: "),
    ],
)
def test_code_that_can_not_be_loaded_is_told_with_its_place(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    (tmp_path / "unfit.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    stage.child("imports", "unfit")
    stage.supervisor.start()
    with pytest.raises(GivenUp, match=re.escape(told)):
        stage.wait(lambda: False)
    assert stage.fallen == []


def test_what_worked_once_is_tried_for_ever_whatever_is_wrong_now(stage: Stage) -> None:
    child = stage.child("wrong")
    child.ready = True
    stage.supervisor.start()
    stage.wait(lambda: len(stage.fallen) == 2)
    how = "ended: its lamp is out; change it"
    assert stage.fallen == [("actor", how, SHORTEST), ("actor", how, 2 * SHORTEST)]


def test_one_that_listens_ends_and_one_that_does_not_is_killed(stage: Stage) -> None:
    good, deaf = stage.child("stays"), stage.child("deaf")
    stage.supervisor.start()
    stage.wait(lambda: len(stage.said) == 2)
    assert stage.supervisor.end(good, signal.SIGTERM, 30, lambda: False)
    assert not stage.supervisor.end(deaf, signal.SIGTERM, 0.2, lambda: False)
    assert deaf.alive
    stage.supervisor.kill()
    assert not deaf.alive
    assert stage.fallen == []


def test_who_is_in_a_hurry_waits_no_longer(stage: Stage) -> None:
    deaf = stage.child("deaf")
    stage.supervisor.start()
    stage.wait(lambda: stage.said)
    os.kill(os.getpid(), signal.SIGINT)
    assert not stage.supervisor.end(deaf, signal.SIGTERM, 600, lambda: stage.signals.asked > 0)


def test_a_request_to_end_wakes_who_waits(stage: Stage) -> None:
    stage.child("stays")
    stage.supervisor.start()
    stage.wait(lambda: stage.said)
    os.kill(os.getpid(), signal.SIGTERM)
    stage.supervisor.wait()
    assert stage.signals.asked == 1


def test_children_end_with_a_parent_that_is_killed(stage: Stage) -> None:
    code = (
        "import sys; from penstock.compose.supervisor import *;"
        "child = Child('a', 'actors', ['stays'], lambda one: print(one['pid'], flush=True));"
        "boss = Supervisor([child], Signals(), print);"
        "boss.start();\nwhile True: boss.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(10)


def test_ends_are_told_in_words() -> None:
    assert how_it_ended(-9) == "was killed by SIGKILL"
    assert how_it_ended(-99) == "was killed by signal 99"
    assert how_it_ended(3) == "ended with exit code 3"
