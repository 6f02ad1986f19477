"""Runs that repeat others: what is asked for, from the record of the one that is repeated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, cast

from penstock.errors import NotFound
from penstock.model import graph, params
from penstock.model.ids import run_id
from penstock.model.nearest import did_you_mean
from penstock.model.spec import PipelineSpec, to_json
from penstock.store import environments, graphs, requests
from penstock.store.connection import Connection
from penstock.store.missing import no_run
from penstock.store.requests import Requested
from penstock.store.times import micros

#: States of tasks that a replay need not run again.
_MADE: Final = ("succeeded", "skipped")


class Replay(NamedTuple):
    """A run that is wanted: as `of` was, but for its version, params and the task that it begins with."""

    of: int
    spec: PipelineSpec
    version: str
    params: dict[str, Any]
    labels: dict[str, str]
    tags: list[str]
    selection: dict[str, list[str]]
    facts: dict[str, Any] | None


def wanted(
    connection: Connection,
    key: int,
    task: str | None = None,
    given: Mapping[str, Any] | None = None,
    texts: Mapping[str, str] | None = None,
    *,
    latest: bool = False,
    found: str | None = None,
) -> Replay:
    """What a replay of a run would be: whole, or from `task` on.

    `given` are JSON values by name, `texts` values as typed; the other params are those of the run, as far as the
    version has them. The latest version is the one of the run's environment, `found` where that was looked for. Raises
    NotFound, ParameterError, and TransitionError for a run that was only recorded here.
    """
    asked = requests.requested(connection, key)
    if asked is None:
        raise no_run(run_id(key))
    requests.check_own(asked)
    version = found if latest else asked.version
    spec, version = graphs.spec_of_version(connection, asked.namespace, asked.pipeline, version)
    env = environments.environment_of_version(asked.spec) if latest and found is None else None
    if env is not None:
        spec, version = environments.in_environment(connection, spec, version, env)
    if task is not None and (task not in spec.tasks or spec.tasks[task].role != "task"):
        names = [name for name, one in spec.tasks.items() if one.role == "task"]
        raise NotFound(f"'{spec.name}' has no task '{task}' to replay from", cure=did_you_mean(task, names))
    edited = {**(given or {}), **(texts or {})}
    kept = {name: value for name, value in asked.params.items() if name in spec.params and name not in edited}
    values = params.resolve(spec.params, {**kept, **(given or {})}, texts or {})
    if task is not None:
        changed = [name for name in edited if values[name] != asked.params.get(name)]
        graph.check_read(spec, changed, _kept(connection, key, spec, task) if changed else set())
    selection = dict(asked.selection or {})
    if asked.from_run is not None:
        selection["from_run"] = [asked.from_run]
    if task is not None:
        selection["replay_from"] = [task]
    return Replay(key, spec, version, values, asked.labels, asked.tags, selection, asked.facts)


def _kept(connection: Connection, key: int, spec: PipelineSpec, task: str) -> set[str]:
    """The tasks whose results a replay from `task` keeps."""
    rows = connection.all(
        "SELECT task, state FROM task_run_row WHERE run_key = ? AND map_index = -1 ORDER BY generation", (key,)
    )
    made = {name for name, state in dict(cast("list[tuple[str, str]]", rows)).items() if state in _MADE}
    main = {name for name, one in spec.tasks.items() if one.role == "task"}
    return made & main - graph.downstream(graph.edges(spec), [task])


def as_asked(replay: Replay, key: int, now: float) -> Requested:
    """What an engine would find of it, under that key, before it is on record."""
    parts = dict(replay.selection)
    from_run = next(iter(parts.pop("from_run", ())), None)
    replay_from = next(iter(parts.pop("replay_from", ())), None)
    return Requested(
        key, run_id(key), replay.spec.name, replay.spec.namespace, replay.version, json.dumps(to_json(replay.spec)),
        "replay", replay.params, replay.labels, replay.tags, {"kind": "manual", "name": None}, parts or None, from_run,
        run_id(replay.of), replay_from, replay.facts, len(replay.spec.tasks), micros(now), 0, 1, {},
    )  # fmt: skip


def ask_for_replay(
    connection: Connection, replay: Replay, now: float, by: str | None = None, key: int | None = None
) -> str:
    """Write it for an engine to claim; its id. `by` is who asks, `key` the one that the run has already."""
    return requests.ask_for_run(
        connection,
        pipeline=replay.spec.name,
        namespace=replay.spec.namespace,
        version=replay.version,
        params=replay.params,
        labels=replay.labels,
        tags=replay.tags,
        type="replay",
        selection=replay.selection,
        facts=replay.facts,
        replay_of=replay.of,
        tasks_total=len(replay.spec.tasks),
        now=now,
        by=by,
        key=key,
    )
