"""Pipelines drawn by chance, as plain definitions: nobody runs their functions."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any, Final

from penstock.model.spec import ApprovalSpec, LimitSpec, ParamSpec, PipelineSpec, Resources, RetrySpec, Source, TaskSpec

RULES: Final = ("all_succeeded", "all_succeeded", "all_done", "one_failed", "none_failed")
POOLS: Final = {"db": 1}
#: A tag that some runs have, and how many of them may go at once.
TAG: Final = "heavy"
TAGS: Final = {TAG: LimitSpec(2)}


def draw(chance: Random) -> list[PipelineSpec]:
    """The versions of a pipeline, the latest last: a chain of which most links are promised, or any graph of up to
    eight tasks with all that a definition has.
    """
    tasks = _chain(chance) if chance.random() < 0.25 else _graph(chance)
    if chance.random() < 0.4:
        tasks.append(_task("alarm", role="on_failure"))
    if chance.random() < 0.4:
        tasks.append(_task("tidy", role="finally", after=()))
    made = PipelineSpec(
        "p",
        params={
            "items": ParamSpec("items", "list", list(range(chance.randint(0, 3)))),
            "k": ParamSpec("k", "int", 1),
        },
        tasks={task.name: task for task in tasks},
        timeout=chance.choice((None, None, None, 20.0)),
        on_timeout=chance.choice(("failed", "warning", "cancelled")),
        durability="strict" if chance.random() < 0.2 else "pipelined",
        concurrency=_limit(chance),
    )
    return [made, _changed(chance, made)] if chance.random() < 0.2 else [made]


def _limit(chance: Random) -> LimitSpec | None:
    if chance.random() < 0.7:
        return None
    return LimitSpec(chance.randint(1, 2), chance.choice(("queue", "queue", "skip", "fail", "cancel_oldest")))


def _changed(chance: Random, before: PipelineSpec) -> PipelineSpec:
    """The version after, in which the code of one task is another."""
    name = chance.choice(list(before.tasks))
    task = replace(before.tasks[name], digest="changed")
    return replace(before, description="the next version", tasks={**before.tasks, name: task})


def _chain(chance: Random) -> list[TaskSpec]:
    names = [f"t{at}" for at in range(chance.randint(3, 10))]
    return [_task(name, *names[at - 1 : at] if at else (), retry=_retry(chance)) for at, name in enumerate(names)]


def _graph(chance: Random) -> list[TaskSpec]:
    tasks: list[TaskSpec] = []
    for at in range(chance.randint(1, 8)):
        before = [task.name for task in tasks]
        reads = chance.sample(before, min(len(before), chance.choice((0, 1, 1, 2, 3))))
        more = _asks(chance) if chance.random() < 0.08 else _policies(chance, reads)
        tasks.append(_task(f"t{at}", *reads, **more))
    return tasks


def _asks(chance: Random) -> dict[str, Any]:
    """What makes a task one that a person answers."""
    form = {"n": ParamSpec("n", "int", 0, min=0)}
    asked = ApprovalSpec("go on?", form, chance.choice(("rejected", "approved", "failed")), {"n": 7})
    return {
        "kind": "approval",
        "approval": asked,
        "timeout": chance.choice((None, 25.0)),
        "trigger": chance.choice(RULES),
        "allow_failure": chance.random() < 0.3,
    }


def _policies(chance: Random, reads: list[str]) -> dict[str, Any]:
    more: dict[str, Any] = {
        "trigger": chance.choice(RULES),
        "retry": _retry(chance),
        "allow_failure": chance.random() < 0.3,
        "on_lost": chance.choice(("retry", "retry", "fail")),
        "on_timeout": chance.choice(("failed", "warning", "cancelled")),
        "cache": chance.choice((None, None, None, "inputs", "never")),
        "inputs": {"k": Source("param", "k")} if chance.random() < 0.3 else {},
    }
    kind = chance.random()
    if kind < 0.15:
        more["inputs"]["x"] = Source("item", "items", over="param")
        more["foreach"] = ("x",)
    elif kind < 0.3 and reads:
        more["inputs"][reads[0]] = Source("item", reads[0], over="dataset")
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
