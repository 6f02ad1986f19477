"""`penstock.run`, in a task and outside of one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from threading import Thread
from typing import Any

import numpy
import pytest

from penstock import run
from penstock.authoring.current import Facts, activate, deactivate

FACTS = Facts("0r1", "flights", "default", "abc", "manual", {"year": 2013}, {"team": "data"}, 1, "load", 2, "JFK", 3)


class Kept:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def metric(self, name: str, value: float, unit: str | None) -> None:
        self.told.append(("metric", name, value, unit))

    def progress(self, done: float, total: float | None) -> None:
        self.told.append(("progress", done, total))


@pytest.fixture
def kept() -> Iterator[Kept]:
    sink = Kept()
    activate(FACTS, sink)
    yield sink
    deactivate()


def test_facts_of_a_task(kept: Kept) -> None:
    for name in Facts._fields:
        assert getattr(run, name) == getattr(FACTS, name)


def test_the_key_of_a_task_is_the_same_for_every_attempt(kept: Kept) -> None:
    first = run.idempotency_key
    assert first == "0r1/load/2"
    activate(FACTS._replace(attempt=4), kept)
    assert run.idempotency_key == first
    keys = {first}
    for other in (
        FACTS._replace(map_index=None), FACTS._replace(map_index=3), FACTS._replace(task="x"), FACTS._replace(id="0r2"),
    ):  # fmt: skip
        activate(other, kept)
        keys.add(str(run.idempotency_key))
    assert len(keys) == 5


def test_figures_and_progress_reach_the_sink_from_any_thread(kept: Kept) -> None:
    run.metric("rows", 3, "rows")
    thread = Thread(target=lambda: run.progress(1, 4))
    thread.start()
    thread.join(10)
    run.progress(2)
    assert kept.told == [("metric", "rows", 3.0, "rows"), ("progress", 1.0, 4.0), ("progress", 2.0, None)]


def test_figures_that_are_none_are_refused(kept: Kept) -> None:
    for wrong in (float("nan"), float("inf"), 10**400, "5", None, [1]):
        with pytest.raises(ValueError, match="finite"):
            run.metric("rows", wrong)
        with pytest.raises(ValueError, match="finite"):
            run.progress(wrong)
        if wrong is not None:
            with pytest.raises(ValueError, match="finite"):
                run.progress(1, wrong)
    assert kept.told == []


def test_numbers_of_libraries_are_figures(kept: Kept) -> None:
    for number in (Decimal("1.5"), Fraction(3, 2), numpy.float32(1.5)):
        run.metric("share", number)  # type: ignore[arg-type]
    assert kept.told == [("metric", "share", 1.5, None)] * 3


def test_a_task_can_not_change_the_params_of_those_after_it(kept: Kept) -> None:
    run.params["year"] = 1
    run.labels.clear()
    assert (run.params, run.labels) == ({"year": 2013}, {"team": "data"})


def test_lines_go_to_logging_with_their_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "penstock.run")
    run.log("100%")
    run.log({"a": 1}, level="warning")
    assert [(one.name, one.levelname, one.getMessage()) for one in caplog.records] == [
        ("penstock.run", "INFO", "100%"), ("penstock.run", "WARNING", "{'a': 1}"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no level 'loud': use debug, info"):
        run.log("x", level="loud")


def test_outside_of_a_run_facts_are_empty_and_reports_go_nowhere() -> None:
    assert (run.id, run.task, run.attempt, run.map_index, run.idempotency_key) == (None,) * 5
    assert (run.params, run.labels) == ({}, {})
    run.metric("rows", 1)
    run.progress(1, 2)
    with pytest.raises(ValueError, match="finite"):
        run.metric("rows", float("nan"))


def test_when_a_task_is_over_nothing_of_it_stays(kept: Kept) -> None:
    deactivate()
    run.metric("rows", 1)
    assert run.id is None
    assert kept.told == []


def test_a_fact_that_is_none_is_told_with_those_there_are() -> None:
    with pytest.raises(AttributeError, match="a run has no 'atempt'; did you mean 'attempt'"):
        getattr(run, "atempt")  # noqa: B009 - the name is what is tested
    assert set(dir(run)) >= {*Facts._fields, "log", "metric", "progress", "idempotency_key"}
