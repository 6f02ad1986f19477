"""A definition as text: params, and tasks in the order of flow, indented by their level."""

from __future__ import annotations

from typing import Final

from penstock.cli.render import amounts
from penstock.cli.render.run import json_text
from penstock.cli.render.spans import Line, Piece, Span, clean
from penstock.cli.render.states import Paint
from penstock.cli.render.table import Column, table
from penstock.model import graph
from penstock.model.spec import ParamSpec, PipelineSpec, TaskSpec

#: Levels that are indented one more than the one before; a chain of a hundred tasks stays on the screen.
_DEEPEST: Final = 10
#: What becomes of one run more than may go.
_FULL: Final = {"queue": "wait", "skip": "skip", "cancel_oldest": "cancel the oldest", "fail": "fail"}


def definition(spec: PipelineSpec, paint: Paint, width: int) -> list[Line]:
    """A pipeline on a page."""
    lines: list[Line] = [[
        Span(f"{spec.namespace}/{spec.name}", "bold"),
        Span(f"  version {spec.version}  {amounts.plural(len(spec.tasks), 'task')}", "dim"),
    ]]  # fmt: skip
    if spec.description:
        lines.append([Span(clean(spec.description))])
    lines += [[Span(f"{name}  ", "dim"), Span(value)] for name, value in _facts(spec).items() if value]
    if spec.params:
        columns = [
            Column("param", least=12), Column("type"), Column("default", least=10), Column("allowed", least=10, drop=2),
            Column("description", least=20, drop=1),
        ]  # fmt: skip
        lines += [[], *table(columns, [_param(one, paint) for one in spec.params.values()], paint, width)]
    columns = [
        Column("task", least=16), Column("reads", least=12), Column("makes", least=12, drop=3),
        Column("policy", least=12, drop=2), Column("description", least=20, drop=1),
    ]  # fmt: skip
    levels = graph_levels(spec)
    rows = [_task(spec.tasks[name], level) for name, level in levels.items()]
    return [*lines, [], *table(columns, rows, paint, width)]


def _facts(spec: PipelineSpec) -> dict[str, str]:
    limit = "" if spec.timeout is None else f"at most {amounts.duration(spec.timeout)}, then {spec.on_timeout}"
    runs = spec.concurrency
    return {
        "timeout": limit,
        "concurrency": "" if runs is None else f"{amounts.plural(runs.runs, 'run')} at a time, then {_FULL[runs.full]}",
        "tags": clean(", ".join(spec.tags)),
        "labels": clean(", ".join(f"{name}={value}" for name, value in spec.labels.items())),
        "durability": "" if spec.durability == "pipelined" else spec.durability,
    }


def graph_levels(spec: PipelineSpec) -> dict[str, int]:
    """For each task how many come before it on the longest way, from 0; in the order of flow."""
    before = graph.edges(spec)
    levels: dict[str, int] = {}
    for name in graph.order(before):
        levels[name] = max((levels[each] + 1 for each in before[name]), default=0)
    # Clean-up comes last, whatever it reads.
    last = [name for name in levels if spec.tasks[name].role != "task"]
    flow = [name for name in levels if spec.tasks[name].role == "task"]
    return {name: levels[name] for name in sorted(flow, key=levels.__getitem__)} | dict.fromkeys(last, 0)


def _param(param: ParamSpec, paint: Paint) -> list[Piece]:
    default = Span("required", "yellow") if param.required else Span(json_text(param.default))
    return [Span(param.name, "bold"), param.type, default, _allowed(param, paint), clean(param.description)]


def _allowed(param: ParamSpec, paint: Paint) -> str:
    if param.choices:
        return clean(", ".join(json_text(choice) for choice in param.choices))
    to = "…" if paint.unicode else ".."
    low, high = ("" if bound is None else json_text(bound) for bound in (param.min, param.max))
    bounds = f"{low}{to}{high}" if low or high else ""
    return clean(" ".join(part for part in (bounds, param.pattern or "") if part))


def _task(task: TaskSpec, level: int) -> list[Piece]:
    reads = [
        f"each of {source.name}" if source.kind == "item" else source.name
        for source in task.inputs.values()
        if source.kind in ("dataset", "item")
    ]
    if task.after:
        reads.append(f"after {', '.join(task.after)}")
    makes = [name for name in task.outputs if name != task.name]
    return [
        [Span("  " * min(level, _DEEPEST)), Span(task.name, "bold")],
        ", ".join(reads),
        ", ".join(makes),
        Span(", ".join(_policy(task)), "yellow"),
        Span(clean(task.description), "dim"),
    ]


def _policy(task: TaskSpec) -> list[str]:
    """What is out of the ordinary about a task."""
    facts = {
        task.role.replace("_", " "): task.role != "task",
        "asks a person": task.approval is not None,
        "when": task.when is not None,
        task.trigger.replace("_", " "): task.trigger != "all_succeeded",
        f"{task.retry.attempts} attempts": task.retry.attempts > 1,
        f"at most {amounts.duration(task.timeout)}": task.timeout is not None,
        "may fail": task.allow_failure,
        f"{task.concurrency} at a time": task.concurrency is not None,
        f"{task.resources.cpu:g} cores": task.resources.cpu != 1,
        amounts.size(task.resources.memory): task.resources.memory is not None,
        f"{task.resources.gpu:g} GPU": task.resources.gpu > 0,
        f"pool {task.resources.pool}": task.resources.pool is not None,
    }
    return [text for text, holds in facts.items() if holds]
