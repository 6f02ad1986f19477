"""Pipelines and their versions, as they were recorded."""

from __future__ import annotations

import json
from typing import Any

from penstock.store.connection import Connection
from penstock.store.summaries import summaries

#: Pipelines that one answer lists.
MOST = 500


def spec_text(connection: Connection, namespace: str, pipeline: str, version: str) -> str | None:
    """The definition of a version, as JSON (model.spec.to_json)."""
    row = connection.one(
        "SELECT spec FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND version = ?",
        (namespace, pipeline, version),
    )
    return None if row is None else str(row[0])


def spec_of(connection: Connection, key: int) -> dict[str, Any] | None:
    """The definition that a run used, as plain data."""
    row = connection.one(
        "SELECT known.spec FROM run JOIN pipeline_version AS known ON known.namespace = run.namespace "
        "AND known.pipeline = run.pipeline AND known.version = run.version WHERE run.key = ?",
        (key,),
    )
    if row is None:
        return None
    spec: dict[str, Any] = json.loads(row[0])
    return spec


def versions_of(connection: Connection, namespace: str, pipeline: str, limit: int = MOST) -> list[tuple[str, int]]:
    """(version, when it was first recorded in microseconds since 1970), newest first."""
    rows = connection.all(
        "SELECT version, created_at FROM pipeline_version WHERE namespace = ? AND pipeline = ? "
        "ORDER BY created_at DESC, version LIMIT ?",
        (namespace, pipeline, limit),
    )
    return [(row[0], row[1]) for row in rows]


def list_pipelines(connection: Connection, last: int = 5, limit: int = MOST) -> list[dict[str, Any]]:
    """Every recorded pipeline by namespace and name: its version that was used last and its `last` latest runs."""
    rows = connection.all(
        "SELECT namespace, pipeline, version FROM pipeline ORDER BY namespace, pipeline LIMIT ?", (limit,)
    )
    return [
        {
            "namespace": namespace,
            "name": name,
            "version": version,
            "runs": summaries(
                connection, "WHERE pipeline = ? AND namespace = ? ORDER BY key DESC LIMIT ?", (name, namespace, last)
            ),
        }
        for namespace, name, version in rows
    ]
