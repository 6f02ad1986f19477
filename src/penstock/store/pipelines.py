"""Pipelines as the page lists them: what they are, and how their last runs went."""

from __future__ import annotations

import json
import math
from statistics import median
from typing import Any, Final, NamedTuple

from penstock.authoring.environments import environment_of, environments_of
from penstock.errors import UsageError
from penstock.model.spec import PipelineSpec, from_json
from penstock.model.states import TERMINAL_RUN
from penstock.store.connection import Connection, Row
from penstock.store.context import recent_run
from penstock.store.definitions import problem_document
from penstock.store.duration import duration
from penstock.store.forms import fields
from penstock.store.graphs import definition_file
from penstock.store.missing import no_pipeline
from penstock.store.runs import Page

#: Pipelines of a page, unless said otherwise, and at most.
PAGE: Final = 100
MOST: Final = 500
#: Runs that are over by which figures are reckoned, and newest runs that are looked at to find them.
FIGURES: Final = 100
LOOKED_AT: Final = 150
#: Runs that a line of the list shows as bars.
BARS: Final = 20
#: Runs of a pipeline are counted up to so many.
MOST_COUNTED: Final = 100_000

_PIPELINE: Final = (
    "SELECT pipeline.namespace, pipeline.pipeline, pipeline.version, pipeline.file, pipeline.present, "
    "pipeline.problem, known.spec FROM pipeline LEFT JOIN pipeline_version AS known "
    "ON known.namespace = pipeline.namespace AND known.pipeline = pipeline.pipeline "
    "AND known.version = pipeline.version"
)


class _Figures(NamedTuple):
    """How runs went. Durations in seconds."""

    success_rate: float | None
    median_duration: float | None
    p95_duration: float | None


def list_pipelines(connection: Connection, limit: int = PAGE, cursor: str | None = None) -> Page:
    """Pipelines by namespace and name, as wire.PipelineSummary. Raises UsageError for a wrong limit or cursor."""
    if not 1 <= limit <= MOST:
        raise UsageError(f"a page of {limit} pipelines can't be had", cure=f"ask for 1 to {MOST}")
    rows = connection.all(
        f"{_PIPELINE} WHERE (pipeline.namespace, pipeline.pipeline) > (?, ?) "
        "ORDER BY pipeline.namespace, pipeline.pipeline LIMIT ?",
        (*_after(cursor), limit + 1),
    )
    more = len(rows) > limit
    items = [_summary(connection, row, _spec(row)) for row in rows[:limit]]
    return Page(items, json.dumps([items[-1]["namespace"], items[-1]["name"]]) if more else None)


def pipeline_document(connection: Connection, namespace: str, name: str) -> dict[str, Any]:
    """A pipeline in full, as wire.PipelineDocument. Raises NotFound."""
    row = connection.one(f"{_PIPELINE} WHERE pipeline.namespace = ? AND pipeline.pipeline = ?", (namespace, name))
    if row is None:
        raise no_pipeline(connection, namespace, name)
    spec = _spec(row)
    limit = spec.concurrency
    return {
        **_summary(connection, row, spec),
        "params": params_of(spec),
        "task_names": list(spec.tasks),
        "task_tags": sorted({tag for task in spec.tasks.values() for tag in task.tags}),
        "environment": environment_of(spec.code),
        "environments": environments_of(spec.code),
        "timeout": spec.timeout,
        "durability": spec.durability,
        "concurrency": None if limit is None else {"runs": limit.runs, "full": limit.full},
    }


def _after(cursor: str | None) -> tuple[str, str]:
    if cursor is None:
        return "", ""
    try:
        namespace, name = json.loads(cursor)
    except (ValueError, TypeError):
        namespace = name = None
    if not (isinstance(namespace, str) and isinstance(name, str)):
        raise UsageError(f"'{cursor[:40]}' is no cursor of this list", cure="pass next_cursor as it was given")
    return namespace, name


def _spec(row: Row) -> PipelineSpec:
    return PipelineSpec(row[1], row[0]) if row[6] is None else from_json(json.loads(row[6]))


def _summary(connection: Connection, row: Row, spec: PipelineSpec) -> dict[str, Any]:
    namespace, name, version, file, present, problem, _ = row
    runs = connection.all(
        "SELECT key, state, created_at, started_at, ended_at, idle FROM run WHERE pipeline = ? AND namespace = ? "
        "ORDER BY key DESC LIMIT ?",
        (name, namespace, LOOKED_AT),
    )
    return {
        "name": name,
        "namespace": namespace,
        "description": spec.description,
        "version": version,
        "tags": list(spec.tags),
        "labels": spec.labels,
        "tasks": len(spec.tasks),
        "file": file or definition_file(spec),
        "present": bool(present),
        "problem": problem_document(problem, file),
        "runs_total": len(runs) if len(runs) < LOOKED_AT else _count(connection, namespace, name),
        "recent": [recent_run(run) for run in reversed(runs[:BARS])],
        **_figures(runs)._asdict(),
        "next_run_at": None,
    }


def _figures(runs: list[Row]) -> _Figures:
    """Over the last runs that are over. Cancelled and skipped ones say nothing about success."""
    over = [run for run in runs if run[1] in TERMINAL_RUN][:FIGURES]
    judged = [run for run in over if run[1] in ("succeeded", "warning", "failed")]
    good = [run for run in judged if run[1] != "failed"]
    durations = sorted(
        took for _, state, _, *times in over if state == "succeeded" and (took := duration(*times)) is not None
    )
    if not durations:
        return _Figures(len(good) / len(judged) if judged else None, None, None)
    # The smallest one that 95 of a hundred do not exceed (the nearest-rank method).
    p95 = durations[math.ceil(0.95 * len(durations)) - 1]
    return _Figures(len(good) / len(judged), median(durations), p95)


def _count(connection: Connection, namespace: str, name: str) -> int:
    row = connection.one(
        "SELECT count(*) FROM (SELECT 1 FROM run WHERE namespace = ? AND pipeline = ? LIMIT ?) AS part",
        (namespace, name, MOST_COUNTED),
    )
    return 0 if row is None else int(row[0])


def params_of(spec: PipelineSpec) -> list[dict[str, Any]]:
    """The params of a version, as wire.ParamDocument."""
    return fields(spec.params)
