"""Pipelines drawn by chance, as plain definitions: nobody runs their functions."""

from __future__ import annotations

from random import Random
from typing import Any

from penstock.model.spec import PipelineSpec, Resources, RetrySpec, Source, TaskSpec

RULES = ("all_succeeded", "all_succeeded", "all_done", "one_failed", "none_failed")
POOLS = {"db": 1}


def draw(chance: Random) -> PipelineSpec:
    """A chain of which most links are promised, or any graph of up to eight tasks with all that a definition has."""
    tasks = _chain(chance) if chance.random() < 0.25 else _graph(chance)
    if chance.random() < 0.4:
        tasks.append(_task("alarm", role="on_failure"))
    if chance.random() < 0.4:
        tasks.append(_task("tidy", role="finally", after=()))
    return PipelineSpec(
        "p",
        tasks={task.name: task for task in tasks},
        timeout=chance.choice((None, None, None, 20.0)),
        on_timeout=chance.choice(("failed", "warning", "cancelled")),
        durability="strict" if chance.random() < 0.2 else "pipelined",
    )


def _chain(chance: Random) -> list[TaskSpec]:
    names = [f"t{at}" for at in range(chance.randint(3, 10))]
    return [_task(name, *names[at - 1 : at] if at else (), retry=_retry(chance)) for at, name in enumerate(names)]


def _graph(chance: Random) -> list[TaskSpec]:
    tasks: list[TaskSpec] = []
    for at in range(chance.randint(1, 8)):
        before = [task.name for task in tasks]
        reads = chance.sample(before, min(len(before), chance.choice((0, 1, 1, 2, 3))))
        tasks.append(_task(f"t{at}", *reads, **_policies(chance, reads)))
    return tasks


def _policies(chance: Random, reads: list[str]) -> dict[str, Any]:
    more: dict[str, Any] = {
        "trigger": chance.choice(RULES),
        "retry": _retry(chance),
        "allow_failure": chance.random() < 0.3,
        "on_lost": chance.choice(("retry", "retry", "fail")),
        "on_timeout": chance.choice(("failed", "warning", "cancelled")),
    }
    kind = chance.random()
    if kind < 0.15:
        more["inputs"] = {"x": Source("item", "items", over="param")}
        more["foreach"] = ("x",)
    elif kind < 0.3 and reads:
        more["inputs"] = {reads[0]: Source("item", reads[0], over="dataset")}
        more["foreach"] = (reads[0],)
    elif kind < 0.4:
        more["resources"] = Resources(pool="db")
    elif kind < 0.5 and reads:
        more["when"] = {"x": Source("dataset", reads[0])}
    if "foreach" in more and chance.random() < 0.3:
        more["concurrency"] = 1
    return more


def _retry(chance: Random) -> RetrySpec:
    return RetrySpec(attempts=chance.choice((1, 1, 2, 3)), delay=chance.choice((0.0, 1.0, 30.0)))


def _task(name: str, *reads: str, **more: Any) -> TaskSpec:
    """A task that reads those datasets and makes one of its own name."""
    inputs: dict[str, Source] = {read: Source("dataset", read) for read in reads}
    inputs.update(more.pop("inputs", {}))
    return TaskSpec(name, inputs=inputs, outputs=(name,), **more)
