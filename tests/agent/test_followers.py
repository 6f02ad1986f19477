"""Attempts that a worker goes on to by itself, when something happens in their midst."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from penstock.ports.executor import Ended, Returned, Started
from tests.executors.stage import Stage, ref, said

LINK: tuple[str, dict[str, Any]] = ("pid", {})


def says(name: str, lines: int = 1, seconds: float = 0) -> tuple[str, dict[str, Any]]:
    return "says", {"inputs": {"name": ref(name), "lines": ref(lines), "seconds": ref(seconds)}}


def test_a_worker_goes_on_by_itself(stage: Stage) -> None:
    keys = stage.chain(*[LINK] * 17)
    assert set(stage.settled(keys)) == {"succeeded"}
    assert [ended.key for ended in stage.of(Ended)] == keys


def ends_at_once(stage: Stage, keys: list[str]) -> bool:
    """Wait until each of a chain has ended or come back: whether all have ended. Some come back from who is held up."""
    stage.until(lambda: {report.key for report in stage.of(Ended) + stage.of(Returned)} >= set(keys))
    return set(keys) <= {ended.key for ended in stage.of(Ended)}


@pytest.mark.parametrize("over", [False, True], ids=["that-is-under-way", "that-is-over"])
def test_a_worker_goes_on_with_what_comes_later_behind_a_chain(stage: Stage, over: bool) -> None:
    for _ in range(50):
        keys = stage.chain(LINK, says("short", 0, 0.001))
        if not over or ends_at_once(stage, keys):
            keys = stage.lengthen(keys, LINK, LINK)
            if ends_at_once(stage, keys):
                assert len({stage.end(key).worker for key in keys}) == 1
                return
    pytest.fail("followers that come later are always given back")


def test_what_comes_later_comes_back_when_its_worker_has_made_something_else(stage: Stage) -> None:
    before = stage.run("pid")
    while stage.run("pid").worker != before.worker:
        pass
    keys = stage.lengthen([before.key], LINK, LINK)[1:]
    stage.until(lambda: {returned.key for returned in stage.of(Returned)} == set(keys))


def test_what_comes_later_comes_back_from_behind_a_long_link(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    keys = stage.chain(LINK, ("waits", {"inputs": {"mark": ref(str(mark))}}))
    stage.reach(keys, lambda: any(report.key == keys[1] for report in stage.of(Started)))
    late = stage.lengthen(keys, LINK)[-1]
    stage.until(lambda: [returned.key for returned in stage.of(Returned)] == [late])
    mark.touch()
    assert stage.end(keys[1]).outcome == "succeeded"


@pytest.mark.parametrize("death", ["exits_hard", "kills_itself", "segfaults"])
def test_the_death_of_a_worker_is_that_of_the_link_that_it_was_at(stage: Stage, death: str) -> None:
    keys = stage.chain(LINK, LINK, (death, {}), LINK, LINK)
    assert stage.settled(keys) == ["succeeded", "succeeded", "lost", "returned", "returned"]
    lost = next(ended for ended in stage.of(Ended) if ended.outcome == "lost")
    assert lost.reason == "worker_lost"
    assert stage.run("pid").outcome == "succeeded"


def test_kill_9_from_outside(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    keys = stage.chain(LINK, ("sleeps", {"inputs": {"mark": ref(str(mark))}}), LINK)
    stage.reach(keys, mark.exists)
    os.kill(stage.value(stage.end(keys[0])), signal.SIGKILL)
    assert stage.settled(keys) == ["succeeded", "lost", "returned"]


def test_what_waits_behind_a_long_link_comes_back_before_it_ends(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    keys = stage.chain(LINK, ("waits", {"inputs": {"mark": ref(str(mark))}}), LINK, LINK)
    stage.reach(keys, lambda: any(report.key == keys[1] for report in stage.of(Started)))
    stage.until(lambda: {report.key for report in stage.of(Returned)} == set(keys[2:]))
    mark.touch()
    assert stage.end(keys[1]).outcome == "succeeded"


def test_a_link_that_runs_is_cancelled_and_those_behind_it_come_back(stage: Stage, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    keys = stage.chain(LINK, ("cleans_up", {"inputs": {"mark": ref(str(mark))}}), LINK)
    stage.reach(keys, mark.exists)
    stage.executor.cancel(keys)
    assert stage.settled(keys) == ["succeeded", "cancelled", "returned"]
    assert mark.read_text() == "cleaned"


def test_a_link_has_its_own_time(stage: Stage, tmp_path: Path) -> None:
    keys = stage.chain(LINK, ("sleeps", {"timeout": 0.2, "grace": 0.1}), LINK)
    assert stage.settled(keys) == ["succeeded", "failed", "returned"]
    assert stage.end(keys[1]).reason == "timeout"


def test_what_each_link_writes_is_in_its_own_log(stage: Stage) -> None:
    names = [f"link {at}" for at in range(12)]
    keys = stage.chain(*(says(name, lines=at % 3) for at, name in enumerate(names)))
    assert set(stage.settled(keys)) == {"succeeded"}
    for at, (key, name) in enumerate(zip(keys, names, strict=True)):
        log = stage.log(stage.end(key))
        assert said(log, "stdout") == said(log, "stderr") == said(log, "log") == [f"{name} {n}" for n in range(at % 3)]


KINDS = (says("a", 0), says("b", 0), says("c", 0, 0.002), says("d", 1), says("e", 0, 0.04), ("kills_itself", {}))
WEIGHTS = (30, 30, 6, 4, 1, 1)


@pytest.mark.parametrize("seed", range(4))
def test_in_seeded_disorder_each_ends_or_comes_back_once(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    chains: list[list[str]] = []
    for _ in range(40):
        length = chance.choice([1, 1, 2, 5, 17])
        chains.append(stage.chain(*chance.choices(KINDS, WEIGHTS, k=length)))
        if chance.random() < 0.5:
            at = chance.randrange(len(chains))
            chains[at] = stage.lengthen(chains[at], *chance.choices(KINDS, WEIGHTS, k=chance.choice([1, 5])))
        if chance.random() < 0.2:
            stage.executor.cancel([chance.choice(chance.choice(chains))])
        if chance.random() < 0.5:
            stage.reports.extend(stage.executor.poll(chance.choice([0, 0.002, 0.03])))
    total = sum(map(len, chains))
    stage.until(lambda: len(stage.of(Ended)) + len(stage.of(Returned)) >= total)
    found = {ended.key: ended.outcome for ended in stage.of(Ended)}
    found |= {returned.key: "returned" for returned in stage.of(Returned)}
    assert len(found) == len(stage.of(Ended)) + len(stage.of(Returned)) == total
    order = [report.key for report in stage.reports if isinstance(report, Ended)]
    for keys in chains:
        ends = [found[key] for key in keys]
        done = len([end for end in ends if end != "returned"])
        assert "returned" not in ends[:done]
        assert set(ends[: done - 1]) <= {"succeeded"}
        assert sorted(keys[:done], key=order.index) == keys[:done]
