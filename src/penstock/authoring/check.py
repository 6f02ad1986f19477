"""From what was written to a checked PipelineSpec; every problem is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from penstock.authoring import approvals, functions, wiring
from penstock.authoring.forms import params_of
from penstock.authoring.problems import Problems
from penstock.authoring.reading import Reader
from penstock.authoring.registration import Registration
from penstock.authoring.wiring import Known, Wirer
from penstock.model import graph
from penstock.model.spec import ON_TIMEOUT, TRIGGER_RULES, CallSpec, ParamSpec, PipelineSpec, TaskSpec

if TYPE_CHECKING:
    from penstock.authoring.pipeline import Pipeline

GRACE: Final = 5.0


def make_spec(pipeline: Pipeline) -> PipelineSpec:
    """The spec of a pipeline. Raises DefinitionError; its `facts["problems"]` lists all, each with file and line."""
    draft = Draft(pipeline)
    spec = draft.spec()
    draft.problems.raise_if_any()
    return spec


class Draft:
    """A pipeline while it is read: what its tasks have in common, so that one of them can be read without the others.

    `params`: specs by name. `problems` gathers what is wrong with all that was read so far.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.problems = Problems()
        self._pipeline = pipeline
        self._reader = Reader(f"pipeline '{pipeline.name}'", pipeline.options, pipeline.place, self.problems)
        self._check_pipeline()
        self.params = params_of(self._reader, "parameter", '{"year": 2013}')
        self._registrations = _unique(pipeline.registrations, self.problems)
        self._readers = {
            name: Reader(one.whose, one.options, one.place, self.problems) for name, one in self._registrations.items()
        }
        self._outputs = {name: _outputs(one, self._readers[name]) for name, one in self._registrations.items()}
        makers = _makers(self._outputs, self.params, self._readers)
        functions_known = _by_function(self._registrations.values())
        self._known = Known(makers, self.params, self._registrations, functions_known)
        self._sources = functions.Sources()

    def _check_pipeline(self) -> None:
        reader = self._reader
        for what, name in (("pipeline", self._pipeline.name), ("namespace", self._pipeline.namespace)):
            reader.name(name, what)
        if not any(one.role == "task" for one in self._pipeline.registrations):
            reader.wrong(f"{reader.whose} has no tasks", "decorate a function with its `.task`")

    def task(self, name: str) -> TaskSpec:
        """The spec of one task. Raises KeyError for a name that no task has."""
        one = self._registrations[name]
        return _task(one, self._outputs[name], self._known, self._readers[name], self._sources)

    def call(self, name: str) -> CallSpec:
        """What a call of one task needs. Raises KeyError for a name that no task has."""
        one, reader = self._registrations[name], self._readers[name]
        wires = Wirer(one, self._known, reader).wires()
        label = wiring.label(wires.foreach, reader)
        return CallSpec(name, wires.inputs, self._outputs[name], wires.when, wires.foreach, label, reader.cache()[0])

    def spec(self) -> PipelineSpec:
        """The whole spec, of use only if `problems` has none afterwards."""
        reader = self._reader
        tasks = {name: self.task(name) for name in self._registrations}
        spec = PipelineSpec(
            self._pipeline.name,
            self._pipeline.namespace,
            reader.text("description"),
            self.params,
            reader.labels(),
            reader.names("tags", "tag"),
            reader.seconds("timeout"),
            reader.choice("on_timeout", ON_TIMEOUT, "failed"),
            reader.choice("durability", ("pipelined", "strict"), "pipelined"),
            tasks,
            concurrency=reader.limit(),
        )
        _check_graph(spec, self._readers)
        return spec


def _unique(registrations: Iterable[Registration], problems: Problems) -> dict[str, Registration]:
    """Tasks by name, after what is wrong with each alone was told."""
    found: dict[str, Registration] = {}
    for one in registrations:
        for problem in one.problems:
            problems.keep(problem)
        if one.name in found:
            first = found[one.name].place
            told = f"there are two tasks '{one.name}', the first in line {first.line}"
            problems.add(told, "give one a name=", one.place)
        elif one.name or not one.problems:  # else that it has no name was told
            Reader(one.whose, one.options, one.place, problems).name(one.name, "task")
            found[one.name] = one
    return found


def _outputs(one: Registration, reader: Reader) -> tuple[str, ...]:
    if one.options.get("outputs") is None:
        return (one.name,)
    names = [name for name in reader.list("outputs") if reader.name(name, "dataset")]
    for name in sorted({name for name in names if names.count(name) > 1}):
        reader.wrong(f"{reader.whose} makes the dataset '{name}' twice", "give each its own name")
    return tuple(dict.fromkeys(names))


def _makers(
    outputs: Mapping[str, tuple[str, ...]], params: Mapping[str, ParamSpec], readers: Mapping[str, Reader]
) -> dict[str, str]:
    makers: dict[str, str] = {}
    for task, datasets in outputs.items():
        for dataset in datasets:
            reader = readers[task]
            if dataset in makers:
                told = f"tasks '{makers[dataset]}' and '{task}' both make the dataset '{dataset}'"
                reader.wrong(told, "name the datasets with outputs=[…]")
            elif dataset in params:
                told = f"'{dataset}' is a parameter, and {reader.whose} makes a dataset of that name"
                reader.wrong(told, "rename one: an argument of that name could mean both")
            else:
                makers[dataset] = task
    return makers


def _by_function(registrations: Iterable[Registration]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in registrations:
        found.setdefault(id(one.function), []).append(one.name)
    return found


def _task(
    one: Registration, outputs: tuple[str, ...], known: Known, reader: Reader, sources: functions.Sources
) -> TaskSpec:
    if approvals.is_approval(one):
        return _approval(one, outputs, known, reader)
    wires = Wirer(one, known, reader).wires()
    cache, ttl = reader.cache()
    place = functions.place(one.function)
    return TaskSpec(
        name=one.name,
        call=functions.call(one.function, one.name),
        inputs=wires.inputs,
        outputs=outputs,
        after=wiring.after(known, reader),
        when=wires.when,
        trigger=reader.choice("trigger", TRIGGER_RULES, "all_succeeded"),
        role=one.role,
        retry=reader.retry(),
        timeout=reader.seconds("timeout"),
        on_timeout=reader.choice("on_timeout", ON_TIMEOUT, "failed"),
        allow_failure=reader.flag("allow_failure"),
        tags=reader.names("tags", "tag"),
        labels=reader.labels(),
        resources=reader.resources(),
        foreach=wires.foreach,
        label=wiring.label(wires.foreach, reader),
        concurrency=reader.count("concurrency"),
        grace=reader.seconds("grace", GRACE, nothing=True) or 0.0,
        on_lost=reader.choice("on_lost", ("retry", "fail"), "retry"),
        cache=cache,
        cache_ttl=ttl,
        description=functions.description(one.function),
        file=place.file or one.place.file,
        line=place.line or one.place.line,
        source=sources.of(one.function),
    )


def _approval(one: Registration, outputs: tuple[str, ...], known: Known, reader: Reader) -> TaskSpec:
    asked = approvals.approval(reader)
    return TaskSpec(
        name=one.name,
        kind=approvals.KIND,
        outputs=outputs,
        after=wiring.after(known, reader),
        trigger=reader.choice("trigger", TRIGGER_RULES, "all_succeeded"),
        timeout=reader.seconds("timeout"),
        allow_failure=reader.flag("allow_failure"),
        tags=reader.names("tags", "tag"),
        labels=reader.labels(),
        description=asked.message,
        file=one.place.file,
        line=one.place.line,
        approval=asked,
    )


def _check_graph(spec: PipelineSpec, readers: Mapping[str, Reader]) -> None:
    upstream = graph.edges(spec)
    for name, before in upstream.items():
        role = spec.tasks[name].role
        for each in before:
            other = spec.tasks[each].role
            if other != role and (role == "task" or other == "finally"):
                told = f"task '{name}' needs '{each}', which runs only after all tasks"
                readers[name].wrong(told, "move the work to a task")
    cycle = graph.find_cycle(upstream)
    if cycle is not None:
        told = f"tasks wait for each other: {' -> '.join(cycle)}"
        readers[cycle[0]].wrong(told, "one of them must not wait for the one before it")
