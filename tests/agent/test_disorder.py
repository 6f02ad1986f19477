"""Many attempts of every kind at once, in seeded disorder: each ends once, as it must, with its own log."""

from __future__ import annotations

import random
from typing import Any

import pytest

from penstock.ports.executor import Ended
from tests.executors.stage import Stage, said

QUIET = {"lines": 0, "seconds": 0}
KINDS: list[tuple[int, str, dict[str, Any]]] = [
    (50, "says", QUIET),
    (8, "says", {"lines": 1, "seconds": 0}),
    (4, "says", {"lines": 40, "seconds": 0}),
    (4, "says", {"lines": 1, "seconds": 0.004}),
    (3, "says", {"lines": 0, "seconds": 0.04}),
    (1, "kills_itself", {}),
    (1, "sleeps", {}),
]


@pytest.mark.parametrize("seed", range(4))
def test_each_ends_once_with_its_own_log(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    expected: dict[str, tuple[str, int]] = {}
    to_cancel: list[str] = []
    for _ in range(12):
        batch = []
        for _ in range(chance.randrange(60)):
            _, task, facts = chance.choices(KINDS, [weight for weight, *_ in KINDS])[0]
            name = f"n{len(expected)}"
            inputs = {fact: {"json": value} for fact, value in (facts | {"name": name}).items()}
            if task != "says":
                inputs = {}
            assignment = stage.assignment(task, inputs=inputs, grace=0.3, timeout=chance.choice([None, 20.0]))
            batch.append(assignment)
            expected[assignment.key] = (task if task != "says" else name, facts.get("lines", 0))
            if task == "sleeps" or chance.random() < 0.05:
                to_cancel.append(assignment.key)
        stage.executor.dispatch(batch)
        chance.shuffle(to_cancel)
        while to_cancel and chance.random() < 0.7:
            stage.executor.cancel([to_cancel.pop()])
        if chance.random() < 0.5:
            stage.reports.extend(stage.executor.poll(chance.choice([0, 0.002, 0.03])))
    stage.executor.cancel(to_cancel)
    stage.until(lambda: len(stage.of(Ended)) >= len(expected))
    ends = {ended.key: ended for ended in stage.of(Ended)}
    assert len(stage.of(Ended)) == len(ends) == len(expected)
    for key, (name, lines) in expected.items():
        _check(stage, ends[key], name, lines)


def _check(stage: Stage, ended: Ended, name: str, lines: int) -> None:
    if name == "sleeps":
        assert ended.outcome == "cancelled"
    elif name == "kills_itself":
        assert (ended.outcome, ended.reason) in (("lost", "worker_lost"), ("cancelled", None))
    else:
        assert ended.outcome in ("succeeded", "cancelled"), ended
        if ended.outcome == "succeeded":
            assert stage.value(ended) == name
            every = [f"{name} {at}" for at in range(lines)]
            log = stage.log(ended)
            assert [said(log, stream) for stream in ("stdout", "stderr", "log")] == [every, every, every]
        assert {message.split()[0] for message in said(stage.log(ended), "stdout")} <= {name}
