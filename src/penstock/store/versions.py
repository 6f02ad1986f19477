"""The versions that runs are of, as they were recorded."""

from __future__ import annotations

import json
from typing import Any

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
