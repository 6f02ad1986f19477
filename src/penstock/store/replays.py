"""Runs that repeat others: what is asked for, from the record of the one that is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from penstock.errors import NotFound, TransitionError
from penstock.model import params
from penstock.model.ids import run_id
from penstock.model.nearest import did_you_mean
from penstock.model.spec import PipelineSpec
from penstock.store import graphs, requests
from penstock.store.connection import Connection


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
) -> Replay:
    """What a replay of a run would be: whole, or from `task` on.

    `given` are JSON values by name, `texts` values as typed; the other params are those of the run, as far as the
    version has them. Raises NotFound, ParameterError, and TransitionError for a run that was only recorded here.
    """
    asked = requests.requested(connection, key)
    if asked is None:
        raise NotFound(f"there is no run {run_id(key)}", cure="`penstock runs list` shows the latest")
    if (asked.facts or {}).get("recorded_by", "penstock") != "penstock":
        raise TransitionError("the run was only recorded here", cure="run it again where it ran")
    version = None if latest else asked.version
    spec, version = graphs.spec_of_version(connection, asked.namespace, asked.pipeline, version)
    if task is not None and (task not in spec.tasks or spec.tasks[task].role != "task"):
        names = [name for name, one in spec.tasks.items() if one.role == "task"]
        raise NotFound(f"'{spec.name}' has no task '{task}' to replay from", cure=did_you_mean(task, names))
    edited = {**(given or {}), **(texts or {})}
    kept = {name: value for name, value in asked.params.items() if name in spec.params and name not in edited}
    values = params.resolve(spec.params, {**kept, **(given or {})}, texts or {})
    selection = dict(asked.selection or {})
    if asked.from_run is not None:
        selection["from_run"] = [asked.from_run]
    if task is not None:
        selection["replay_from"] = [task]
    return Replay(key, spec, version, values, asked.labels, asked.tags, selection, asked.facts)


def ask_for_replay(connection: Connection, replay: Replay, now: float, by: str | None = None) -> str:
    """Write it for an engine to claim; its id. `by` is who asks."""
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
    )
