"""From what was written to a checked PipelineSpec: names become wires, and every problem is told at once."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from penstock.authoring import names
from penstock.authoring.options import Retry
from penstock.authoring.places import Place
from penstock.authoring.registration import Registration
from penstock.errors import DefinitionError
from penstock.model import durations, graph, params
from penstock.model.nearest import did_you_mean
from penstock.model.spec import ON_TIMEOUT, TRIGGER_RULES, PipelineSpec, Resources, RetrySpec, Source, TaskSpec

if TYPE_CHECKING:
    from penstock.authoring.pipeline import Pipeline

#: Characters of source kept of a task.
SOURCE_LIMIT: Final = 65_536


def type_of_default(value: object) -> str:
    """The parameter type of a plain default."""
    return params.type_of(value)


class _Problems:
    """What is wrong, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[DefinitionError] = []

    def add(self, message: str, cure: str | None, place: Place) -> None:
        self.found.append(DefinitionError(message, cure=cure, file=place.file, line=place.line))

    def raise_if_any(self) -> None:
        if not self.found:
            return
        first = self.found[0]
        told = [{"message": str(one), "file": one.file, "line": one.line} for one in self.found]
        raise DefinitionError(first.message, cure=first.cure, file=first.file, line=first.line, problems=told)


def make_spec(pipeline: Pipeline) -> PipelineSpec:
    """The spec of a pipeline. Raises DefinitionError; its `facts["problems"]` lists all, each with file and line."""
    problems = _Problems()
    _check_pipeline(pipeline, problems)
    params_by_name = _params(pipeline, problems)
    registrations = _unique(pipeline.registrations, problems)
    makers = _makers(registrations, params_by_name, problems)
    tasks = {one.name: _task(one, makers, params_by_name, registrations, problems) for one in registrations.values()}
    problems.raise_if_any()
    spec = PipelineSpec(
        pipeline.name,
        pipeline.namespace,
        pipeline.description,
        params_by_name,
        {str(key): str(value) for key, value in pipeline.labels.items()},
        tuple(pipeline.tags),
        None if pipeline.timeout is None else durations.seconds(pipeline.timeout),
        pipeline.on_timeout,
        pipeline.durability,
        tasks,
    )
    _check_graph(spec, registrations, problems)
    problems.raise_if_any()
    return spec


def _check_pipeline(pipeline: Pipeline, problems: _Problems) -> None:
    place = pipeline.place
    for what, name in (("pipeline", pipeline.name), ("namespace", pipeline.namespace)):
        if not names.fits(name):
            problems.add(f"{name!r} is no name for a {what}", names.RULE, place)
    if pipeline.on_timeout not in ON_TIMEOUT:
        problems.add(f"on_timeout can't be {pipeline.on_timeout!r}", f"use {', '.join(ON_TIMEOUT)}", place)
    if pipeline.durability not in ("pipelined", "strict"):
        problems.add(f"durability can't be {pipeline.durability!r}", "use pipelined or strict", place)
    if not any(one.role == "task" for one in pipeline.registrations):
        problems.add(f"pipeline '{pipeline.name}' has no tasks", "decorate a function with @….task", place)
    if pipeline.timeout is not None:
        _seconds(pipeline.timeout, "timeout of the pipeline", place, problems)


def _params(pipeline: Pipeline, problems: _Problems) -> dict[str, Any]:
    found = {}
    for name, param in pipeline.param_specs().items():
        if not names.fits(name):
            problems.add(f"{name!r} is no name for a parameter", names.RULE, pipeline.place)
        try:
            found[name] = param.spec(name)
        except DefinitionError as error:
            problems.found.append(error)
    return found


def _unique(registrations: Iterable[Registration], problems: _Problems) -> dict[str, Registration]:
    found: dict[str, Registration] = {}
    for one in registrations:
        if not names.fits(one.name):
            problems.add(f"{one.name!r} is no name for a task", names.RULE, one.place)
        elif one.name in found:
            first = found[one.name].place
            problems.add(
                f"there are two tasks '{one.name}', the first in line {first.line}", "give one a name=", one.place
            )
        else:
            found[one.name] = one
    return found


def _outputs(one: Registration) -> tuple[str, ...]:
    outputs = one.options.get("outputs")
    if outputs is None:
        return (one.name,)
    return (outputs,) if isinstance(outputs, str) else tuple(outputs)


def _makers(
    registrations: Mapping[str, Registration], known_params: Mapping[str, Any], problems: _Problems
) -> dict[str, str]:
    makers: dict[str, str] = {}
    for one in registrations.values():
        for dataset in _outputs(one):
            if not names.fits(dataset):
                problems.add(f"{dataset!r} is no name for a dataset", names.RULE, one.place)
            elif dataset in makers:
                problems.add(
                    f"tasks '{makers[dataset]}' and '{one.name}' both make the dataset '{dataset}'",
                    "name the datasets with outputs=[…]",
                    one.place,
                )
            elif dataset in known_params:
                problems.add(
                    f"'{dataset}' is a parameter, and task '{one.name}' makes a dataset of that name",
                    "rename one: an argument of that name could mean both",
                    one.place,
                )
            else:
                makers[dataset] = one.name
    return makers


def _task(
    one: Registration, makers: Mapping[str, str], known_params: Mapping[str, Any],
    registrations: Mapping[str, Registration], problems: _Problems,
) -> TaskSpec:  # fmt: skip
    options, place = one.options, one.place
    foreach = dict(options.get("foreach") or options.get("map") or {})
    inputs = _inputs(one, foreach, makers, known_params, problems)
    when = None
    if one.when is not None:
        when = _wire(one.condition_arguments, {}, f"`when` of task '{one.name}'", makers, known_params, place, problems)
    _choice(options, "trigger", TRIGGER_RULES, one, problems)
    _choice(options, "on_timeout", ON_TIMEOUT, one, problems)
    _choice(options, "on_lost", ("retry", "fail"), one, problems)
    retry = options.get("retry")
    if retry is not None and not isinstance(retry, Retry):
        problems.add(f"retry of task '{one.name}' is {retry!r}", "give a Retry(…), or a number of attempts", place)
        retry = None
    concurrency = options.get("concurrency")
    if concurrency is not None and (
        not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1
    ):
        problems.add(f"concurrency of task '{one.name}' is {concurrency!r}", "give a whole number from 1", place)
    timeout = options.get("timeout")
    return TaskSpec(
        name=one.name,
        call=f"{one.function.__module__}:{getattr(one.function, '__qualname__', one.name)}",
        inputs=inputs,
        outputs=_outputs(one),
        after=_after(one, registrations, problems),
        when=when,
        trigger=options.get("trigger", "all_succeeded"),
        role=one.role,
        retry=retry.spec if retry is not None else RetrySpec(),
        timeout=None if timeout is None else _seconds(timeout, f"timeout of task '{one.name}'", place, problems),
        on_timeout=options.get("on_timeout", "failed"),
        allow_failure=bool(options.get("allow_failure", False)),
        tags=tuple(options.get("tags") or ()),
        labels={str(key): str(value) for key, value in (options.get("labels") or {}).items()},
        resources=_resources(one, problems),
        foreach=tuple(foreach),
        label=options.get("label"),
        concurrency=concurrency,
        grace=_seconds(options.get("grace", 5.0), f"grace of task '{one.name}'", place, problems),
        on_lost=options.get("on_lost", "retry"),
        description=((one.function.__doc__ or "").strip().splitlines() or [""])[0],
        file=place.file,
        line=place.line,
        source=_source(one),
    )


def _inputs(
    one: Registration,
    foreach: dict[str, str],
    makers: Mapping[str, str],
    known_params: Mapping[str, Any],
    problems: _Problems,
) -> dict[str, Source]:
    explicit = dict(one.options.get("inputs") or {})
    what = f"task '{one.name}'"
    for option, given in (("inputs", explicit), ("foreach", foreach)):
        for argument in given:
            if argument not in one.arguments:
                cure = did_you_mean(argument, one.arguments)
                problems.add(
                    f"{option} of {what} names '{argument}', which is no argument of its function", cure, one.place
                )
    # Data come from another task: an argument of the task's own name has its default.
    own = {name for name in _outputs(one) if name not in explicit and one.arguments.get(name)}
    plain = {name: default for name, default in one.arguments.items() if name not in foreach and name not in own}
    wired = _wire(plain, explicit, what, makers, known_params, one.place, problems, handler=one.role != "task")
    for argument, name in foreach.items():
        if name in makers:
            wired[argument] = Source("item", name, over="dataset")
        elif name in known_params:
            wired[argument] = Source("item", name, over="param")
        else:
            cure = did_you_mean(name, [*makers, *known_params])
            problems.add(f"{what} goes over '{name}', which nobody makes", cure, one.place)
    return {name: wired[name] for name in one.arguments if name in wired}


def _wire(
    arguments: Mapping[str, bool], explicit: Mapping[str, str], what: str, makers: Mapping[str, str],
    known_params: Mapping[str, Any], place: Place, problems: _Problems, *, handler: bool = False,
) -> dict[str, Source]:  # fmt: skip
    """A source for every argument: explicit, a dataset, a parameter, else its default."""
    wired: dict[str, Source] = {}
    for argument, default in arguments.items():
        name = explicit.get(argument, argument)
        if name in makers:
            wired[argument] = Source("dataset", name, default=default)
        elif name in known_params:
            wired[argument] = Source("param", name)
        elif handler and argument == "error" and argument not in explicit:
            wired[argument] = Source("error", "error")
        elif argument in explicit or not default:
            cure = did_you_mean(name, [*makers, *known_params])
            problems.add(f"{what} reads '{name}', which nobody makes", cure, place)
    return wired


def _after(one: Registration, registrations: Mapping[str, Registration], problems: _Problems) -> tuple[str, ...]:
    given = one.options.get("after") or ()
    given = (given,) if isinstance(given, str) or callable(given) else tuple(given)
    found = []
    for each in given:
        by_function = next((other.name for other in registrations.values() if other.function is each), None)
        name = by_function or (each if isinstance(each, str) else str(getattr(each, "__name__", each)))
        if name in registrations:
            found.append(name)
        else:
            problems.add(
                f"task '{one.name}' comes after '{name}', which is no task",
                did_you_mean(name, registrations),
                one.place,
            )
    return tuple(found)


def _resources(one: Registration, problems: _Problems) -> Resources:
    given = dict(one.options.get("resources") or {})
    known = ("cpu", "memory", "gpu", "pool")
    for key in [key for key in given if key not in known]:
        problems.add(f"task '{one.name}' asks for the resource '{key}'", did_you_mean(key, known), one.place)
        del given[key]
    try:
        for key in ("cpu", "gpu"):
            value = given.get(key, 1)
            if (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or value < 0
                or (key == "cpu" and not value)
            ):
                raise ValueError(f"{key} can't be {value!r}")
        memory = None if given.get("memory") is None else durations.size(given["memory"])
    except ValueError as error:
        problems.add(f"resources of task '{one.name}': {error}", None, one.place)
        return Resources()
    return Resources(float(given.get("cpu", 1.0)), memory, float(given.get("gpu", 0.0)), given.get("pool"))


def _choice(
    options: Mapping[str, Any], key: str, known: tuple[str, ...], one: Registration, problems: _Problems
) -> None:
    if key in options and options[key] not in known:
        problems.add(
            f"{key} of task '{one.name}' is {options[key]!r}", did_you_mean(str(options[key]), known), one.place
        )


def _seconds(value: Any, what: str, place: Place, problems: _Problems) -> float:
    try:
        return durations.seconds(value)
    except ValueError as error:
        problems.add(f"{what}: {error}", None, place)
        return 0.0


def _source(one: Registration) -> str | None:
    try:
        return textwrap.dedent(inspect.getsource(one.function))[:SOURCE_LIMIT]
    except (OSError, TypeError, SyntaxError):
        return None


def _check_graph(spec: PipelineSpec, registrations: Mapping[str, Registration], problems: _Problems) -> None:
    known = graph.edges(spec)
    for name, before in known.items():
        one = registrations[name]
        for each in before:
            other = spec.tasks[each].role
            if other != one.role and (one.role == "task" or other == "finally"):
                problems.add(
                    f"task '{name}' needs '{each}', which runs only after all tasks",
                    "move the work to a task",
                    one.place,
                )
    cycle = graph.find_cycle(known)
    if cycle is not None:
        place = registrations[cycle[0]].place
        problems.add(f"tasks wait for each other: {' -> '.join(cycle)}", "break the circle", place)
