"""A definition as text: params, and tasks in the order of flow with what they read and make."""

from __future__ import annotations

import json

from penstock.cli.render import amounts
from penstock.cli.render.states import Paint
from penstock.cli.render.table import table
from penstock.model import graph
from penstock.model.spec import ParamSpec, PipelineSpec, TaskSpec


def definition(spec: PipelineSpec, paint: Paint, width: int) -> str:
    """A pipeline on a page."""
    head = f"{paint.dye(f'{spec.namespace}/{spec.name}', 'bold')}  version {spec.version}"
    parts = [head + (f"\n{spec.description}" if spec.description else "")]
    if spec.params:
        rows = [
            [param.name, param.type, _default(param), _bounds(param), param.description]
            for param in spec.params.values()
        ]
        parts.append(table(["param", "type", "default", "allowed", "description"], rows, paint, width))
    rows = [_task(spec.tasks[name]) for name in graph.order(graph.edges(spec))]
    parts.append(table(["task", "reads", "makes", "policy", "description"], rows, paint, width))
    return "\n\n".join(parts)


def _default(param: ParamSpec) -> str:
    return "(required)" if param.required else json.dumps(param.default, ensure_ascii=False)


def _bounds(param: ParamSpec) -> str:
    if param.choices:
        return ", ".join(str(choice) for choice in param.choices)
    low = "" if param.min is None else f"{param.min} ≤"
    high = "" if param.max is None else f"≤ {param.max}"
    return " ".join(part for part in (low, "…" if low or high else "", high, param.pattern or "") if part)


def _task(task: TaskSpec) -> list[str]:
    reads = [source.name for source in task.inputs.values() if source.kind == "dataset"]
    reads += [f"each of {source.name}" for source in task.inputs.values() if source.kind == "item"]
    policy: list[str] = []
    if task.role != "task":
        policy.append(task.role)
    if task.retry.attempts > 1:
        policy.append(f"{task.retry.attempts} attempts")
    if task.timeout is not None:
        policy.append(f"at most {amounts.duration(task.timeout)}")
    if task.when is not None:
        policy.append("when")
    if task.trigger != "all_succeeded":
        policy.append(task.trigger)
    makes = [name for name in task.outputs if name != task.name]
    return [
        task.name, amounts.cut(", ".join(reads), 36), amounts.cut(", ".join(makes), 30), ", ".join(policy),
        task.description,
    ]  # fmt: skip
