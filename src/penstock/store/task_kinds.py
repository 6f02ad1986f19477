"""Runs by the kind of their tasks."""

from __future__ import annotations

from penstock.store.connection import Connection


def latest_run_of_kind(connection: Connection, kind: str) -> int | None:
    """The key of the newest run of a pipeline that has tasks of a kind now; None when there is none."""
    # Definitions are few and runs may be a million: look for the kind in those, then for one run of each.
    pipelines = connection.all(
        "SELECT pipeline.namespace, pipeline.pipeline FROM pipeline JOIN pipeline_version AS known "
        "ON known.namespace = pipeline.namespace AND known.pipeline = pipeline.pipeline "
        "AND known.version = pipeline.version WHERE known.spec LIKE ? OR known.spec LIKE ?",
        (f'%"kind": "{kind}"%', f'%"kind":"{kind}"%'),
    )
    newest = [
        connection.one("SELECT max(key) FROM run WHERE namespace = ? AND pipeline = ?", place) for place in pipelines
    ]
    return max((row[0] for row in newest if row is not None and row[0] is not None), default=None)
