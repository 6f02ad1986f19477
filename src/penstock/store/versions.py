"""Versions of pipelines, as they were recorded."""

from __future__ import annotations

import json
from typing import Any

from penstock.model.spec import LimitSpec
from penstock.store.connection import Connection


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


def latest_version(connection: Connection, namespace: str, pipeline: str) -> str | None:
    """The version that a pipeline has now; None where nobody knows the pipeline."""
    row = connection.one("SELECT version FROM pipeline WHERE namespace = ? AND pipeline = ?", (namespace, pipeline))
    return None if row is None else str(row[0])


def limit_of(connection: Connection, namespace: str, pipeline: str, version: str) -> LimitSpec | None:
    """How many runs there may be at a time by a version; None where it says nothing, and where nobody knows it."""
    row = connection.one(
        "SELECT spec FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND version = ?",
        (namespace, pipeline, version),
    )
    body = None if row is None else json.loads(row[0]).get("concurrency")
    return None if body is None else LimitSpec(**body)
