"""One attempt, in this process."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from penstock.executors.inline import InlineExecutor
from penstock.worker.code import Run
from penstock.worker.interrupts import Stopped
from penstock.worker.perform import perform, with_made
from tests.executors.stage import PIPELINES, Stage, ref


class Nobody:
    def metric(self, name: str, value: float, unit: str | None) -> None: ...
    def progress(self, done: float, total: float | None) -> None: ...


def test_names_of_arguments_are_found_by_their_address(tmp_path: Path) -> None:
    """A call compares each name with all that the function has, unless it is the very same object."""
    stage = Stage(InlineExecutor(), tmp_path, PIPELINES / "conformance.py")
    run = Run(stage.context)
    run.load()
    given: list[str] = []

    def takes(**arguments: Any) -> None:
        given.extend(arguments)

    run.task("plus_one").function = takes
    name = "".join(["o", "n", "e"])
    assert name is not sys.intern("one")
    result = perform(run, stage.assignment("plus_one", inputs={name: ref(1)}), Nobody(), lambda _: None)
    assert result.outcome == "succeeded"
    assert given[0] is sys.intern("one")


def test_what_was_made_takes_its_place_and_all_else_stays(tmp_path: Path) -> None:
    stage = Stage(InlineExecutor(), tmp_path, PIPELINES / "conformance.py")
    other = {"a": ref({"made": "b"}), "b": None, "c": ["json", "1"], "d": {"list": [["json", "2"]]}}
    follower = stage.assignment("one", inputs={**other, "e": {"made": "two"}})
    inputs = with_made(follower, [["one", ["json", "1"]], ["two", ["json", "2"]]]).inputs
    assert inputs == {**other, "e": ["json", "2"]}


def test_a_task_that_the_terminal_stops_is_cancelled(tmp_path: Path) -> None:
    stage = Stage(InlineExecutor(), tmp_path, PIPELINES / "conformance.py")
    run = Run(stage.context)
    run.load()

    def stops() -> None:
        raise Stopped

    run.task("interrupted").function = stops
    result = perform(run, stage.assignment("interrupted"), Nobody(), lambda _: None)
    assert (result.outcome, result.reason) == ("cancelled", None)
