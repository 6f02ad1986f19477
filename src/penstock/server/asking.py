"""Asking for runs: what was asked is held against the stored definition before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from penstock.authoring.environments import check_there as environment_there
from penstock.authoring.environments import environment_of, environments_of, folder_of
from penstock.errors import ParameterError, UsageError
from penstock.model import graph, nested, params
from penstock.model.nearest import did_you_mean
from penstock.model.run_types import meaning_of
from penstock.model.spec import PipelineSpec
from penstock.server.refusals import PipelineGone
from penstock.store import definitions, environments, graphs, outputs, requests, runs
from penstock.store.called import find_pipeline
from penstock.store.connection import Connection
from penstock.wire.runs import RunRequestBody


class Wrong(NamedTuple):
    """What is wrong at a place of the body."""

    where: str
    detail: str


def ask(
    connection: Connection, asked: RunRequestBody, now: float, by: str | None = None, version: str | None = None
) -> str:
    """Write the run that is asked for, by whom; its id. `version` is the one for its environment, once it was found.

    Raises NotFound, PipelineGone, EnvironmentNotKnown, and UsageError that tells every mistake.
    """
    wanted, env = (asked.version, asked.env) if version is None else (version, None)
    spec, known = definition(connection, asked.namespace, asked.pipeline, wanted, env)
    values, wrong = _values(spec, asked.params)
    chosen, more = _slice(spec, asked)
    wrong += more + _unfit_breakpoints(spec, asked)
    if not wrong:
        wrong += _missing(connection, spec, chosen, asked.from_run)
    if wrong:
        told = "; ".join(f"{each.where}: {each.detail}" for each in wrong)
        raise UsageError(told, cure=f"its page tells what it takes, and GET {_address(spec)}", parts=wrong)
    return requests.ask_for_run(
        connection,
        pipeline=spec.name,
        namespace=spec.namespace,
        version=known,
        params=values,
        labels={**spec.labels, **asked.labels},
        tags=sorted({*spec.tags, *asked.tags}),
        type=asked.type,
        selection={
            "from": asked.from_,
            "to": asked.to,
            "only": asked.only,
            "tags": asked.select_tags,
            "from_run": [] if asked.from_run is None else [asked.from_run],
        },
        options=_options(asked),
        tasks_total=len(spec.tasks if chosen is None else chosen),
        now=now,
        by=by,
    )


def definition(
    connection: Connection, namespace: str | None, pipeline: str, version: str | None, env: str | None
) -> tuple[PipelineSpec, str]:
    """What is to be run, of the pipeline that is called so, and its version: the latest for None; of environment `env`.

    Raises NotFound, PipelineGone, EnvironmentNotKnown, UsageError.
    """
    spec, known = graphs.spec_of_version(connection, *find_pipeline(connection, namespace, pipeline), version)
    check_there(connection, spec)
    if env is None:
        return spec, known
    _check_environment(spec, version, env)
    return environments.in_environment(connection, spec, known, env)


def _check_environment(spec: PipelineSpec, version: str | None, env: str) -> None:
    """Raise UsageError where there is no such environment, or the `version` that is asked for is of another."""
    own, names = environment_of(spec.code), environments_of(spec.code)
    if own is None:
        detail, cure = "only pipelines of Kedro projects have environments", "leave it out"
    elif version is not None and env != own:
        detail, cure = f"version '{version}' is of environment '{own}'", "leave out the one or the other"
    elif env != own and env not in names:
        assert spec.code is not None  # it has an environment
        detail = f"the project has no environment '{env}'"
        cure = f"folders of {folder_of(spec.code)}/ are {', '.join(names) or 'none'}"
    else:
        return
    raise UsageError(f"env: {detail}", cure=cure, parts=[Wrong("env", f"{detail}; {cure}")])


def _address(spec: PipelineSpec) -> str:
    return f"/api/v1/pipelines/{quote(spec.name)}?namespace={quote(spec.namespace)}"


def _options(asked: RunRequestBody) -> dict[str, Any]:
    told = {"refresh": asked.refresh, "breakpoints": sorted(set(asked.breakpoints))}
    return {name: value for name, value in told.items() if value}


def _unfit_breakpoints(spec: PipelineSpec, asked: RunRequestBody) -> list[Wrong]:
    if asked.breakpoints and not meaning_of(asked.type).alone:
        return [Wrong("breakpoints", "only a run of type debug rests before tasks")]
    return _unknown("breakpoints", asked.breakpoints, spec.tasks, "task")


def check_there(connection: Connection, spec: PipelineSpec) -> None:
    """Raise PipelineGone, or DefinitionError, where no worker could load what the pipeline runs."""
    cure = "put it back and ask again, or run another pipeline; the list of pipelines shows what there is"
    if spec.code is not None and not spec.code.loader and not Path(spec.code.root, spec.code.file).is_file():
        raise PipelineGone(f"the file of pipeline '{spec.name}' is gone: {spec.code.file}", cure=cure)
    if spec.code is None and any(task.kind == "kedro" for task in spec.tasks.values()):
        told = f"pipeline '{spec.name}' is only known from runs that Kedro itself made"
        raise PipelineGone(told, cure="`penstock up` in the folder of its project finds it, to be started here")
    environment_there(spec.code)
    if definitions.is_gone(connection, spec.namespace, spec.name):
        where = "" if spec.code is None else f": {spec.code.file} does not define it"
        raise PipelineGone(f"pipeline '{spec.name}' is not in the project any more{where}", cure=cure)


def _values(spec: PipelineSpec, given: dict[str, Any]) -> tuple[dict[str, Any], list[Wrong]]:
    """The params of the run with their defaults, and what is wrong with those that were given."""
    wrong = [
        Wrong(f"params.{name}", f"there is no such parameter; {did_you_mean(name, spec.params)}")
        for name in given
        if name not in spec.params and nested.holder(name, spec.params) is None
    ]
    values: dict[str, Any] = {}
    for name, param in spec.params.items():
        try:
            values.update(params.resolve({name: param}, {name: given[name]} if name in given else {}, {}))
        except ParameterError as error:
            wrong.append(Wrong(f"params.{name}", error.message))
    for name, value in given.items():
        outer = None if name in spec.params else nested.holder(name, spec.params)
        if outer is not None:
            try:
                params.resolve({outer: spec.params[outer]}, {name: value}, {})
            except ParameterError as error:
                wrong.append(Wrong(f"params.{name}", error.message))
    return (values if wrong else params.resolve(spec.params, given, {})), wrong


def _slice(spec: PipelineSpec, asked: RunRequestBody) -> tuple[set[str] | None, list[Wrong]]:
    """The tasks to run with the handlers of failures, None for all; and names that the pipeline does not have."""
    tags = {tag for task in spec.tasks.values() for tag in task.tags}
    wrong = [
        *_unknown("from", asked.from_, spec.tasks, "task"),
        *_unknown("to", asked.to, spec.tasks, "task"),
        *_unknown("only", asked.only, spec.tasks, "task"),
        *_unknown("select_tags", asked.select_tags, tags, "tag of a task"),
    ]
    if wrong or not (asked.from_ or asked.to or asked.only or asked.select_tags):
        return None, wrong
    chosen = graph.select(spec, from_=asked.from_, to=asked.to, only=asked.only, tags=asked.select_tags)
    if not chosen:
        return None, [Wrong("only" if asked.only else "from", "no task is in all parts of this slice")]
    return chosen | {name for name, task in spec.tasks.items() if task.role != "task"}, []


def _unknown(part: str, names: Iterable[str], known: Iterable[str], what: str) -> list[Wrong]:
    known = list(known)
    return [
        Wrong(f"{part}.{place}", f"there is no {what} '{name}'; {did_you_mean(name, known)}")
        for place, name in enumerate(names)
        if name not in known
    ]


def _missing(connection: Connection, spec: PipelineSpec, chosen: set[str] | None, from_run: str | None) -> list[Wrong]:
    """What the slice reads from tasks outside of it, and which no earlier run has."""
    try:
        key = None if from_run is None else runs.find_run(connection, from_run)
    except UsageError as error:
        return [Wrong("from_run", error.message)]
    needed = set() if chosen is None else graph.needs(spec, chosen)
    if not needed:
        return []
    if key is None:
        key = runs.latest_succeeded(connection, spec.namespace, spec.name, having=needed)
    found = {} if key is None else outputs.references(connection, key)
    source = f"run {from_run} does not have it" if from_run else "no succeeded run has it"
    return [Wrong("from_run", f"the slice needs '{name}', and {source}") for name in sorted(needed - found.keys())]
