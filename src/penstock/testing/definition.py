"""What of a definition runs in a test, and how: by nobody's clock, on any machine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from penstock.errors import NotFound
from penstock.model import graph, params
from penstock.model.nearest import did_you_mean
from penstock.model.spec import CodeRef, PipelineSpec, Resources, TaskSpec


def answers(spec: PipelineSpec, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of people among the inputs, whole and as their forms ask. Raises ParameterError."""
    found = {}
    for name, task in spec.tasks.items():
        if task.approval is not None and name in inputs:
            form = task.approval.form
            values = params.resolve(form, inputs[name] or {}, {})
            found[name] = {field: params.to_python(form[field], value) for field, value in values.items()}
    return found


def in_a_test(spec: PipelineSpec, code: CodeRef, answered: Collection[str]) -> PipelineSpec:
    """The definition as it runs in a test: no retry waits, nothing is asked of the machine, and an approval that is
    answered is a task that tells the answer.
    """
    tasks = {name: _in_a_test(task, name in answered) for name, task in spec.tasks.items()}
    return replace(spec, tasks=tasks, code=code)


def _in_a_test(task: TaskSpec, answered: bool) -> TaskSpec:
    task = replace(task, retry=replace(task.retry, delay=0.0), resources=Resources())
    return replace(task, kind="python", approval=None, timeout=None) if answered else task


def part(
    spec: PipelineSpec,
    given: Collection[str],
    *,
    from_: Collection[str],
    to: Collection[str],
    only: Collection[str],
    tags: Collection[str],
) -> list[str]:
    """The tasks to run where these datasets are given, in their order: of the slice, what does not make one of those,
    nor runs for such tasks alone, unless it is asked for by name.

    Raises NotFound for names that are not there, and for datasets that the rest needs and that are not given.
    """
    datasets = {dataset: name for name, task in spec.tasks.items() for dataset in task.outputs}
    for name in given:
        if name not in datasets:
            raise NotFound(f"'{spec.name}' makes no dataset '{name}'", cure=did_you_mean(name, datasets))
    left_out = _left_out(spec, {datasets[name] for name in given}, {*from_, *to, *only})
    handlers = {name for name, task in spec.tasks.items() if task.role != "task"}
    chosen = graph.select(spec, from_=from_, to=to, only=only, tags=tags) - left_out - handlers
    if not chosen:
        raise NotFound("no task is left to run", cure="choose others, or give fewer inputs")
    missing = sorted(graph.needs(spec, chosen | handlers) - set(given))
    if missing:
        told = ", ".join(f"'{name}'" for name in missing)
        example = f"inputs={{'{missing[0]}': …}}"
        raise NotFound(f"{told} is needed, and no task of the slice makes it", cure=f"give it, as in {example}")
    return [name for name in spec.tasks if name in chosen]


def _left_out(spec: PipelineSpec, makers: set[str], wanted: Iterable[str]) -> set[str]:
    after: dict[str, set[str]] = {name: set() for name in spec.tasks}
    before = graph.edges(spec)
    for name, earlier in before.items():
        for each in earlier:
            after[each].add(name)
    found, kept = set(makers), set(wanted)
    for name in reversed(graph.order(before)):
        if name not in kept and after[name] and after[name] <= found:
            found.add(name)
    return found
