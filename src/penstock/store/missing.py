"""What is not there, told with what helps anywhere; `of` is what was meant, for which a terminal names its verb."""

from __future__ import annotations

from typing import Final

from penstock.errors import NotFound
from penstock.model.called import full_name, pipeline_meant
from penstock.model.nearest import did_you_mean
from penstock.store.connection import Connection
from penstock.store.versions import latest_version, spec_of

#: Pipelines among which the one is looked for that may be meant.
_LOOKED_AT: Final = 1000


def no_run(named: str) -> NotFound:
    """The error for a run that is not there, by its id or as a person named it."""
    cure = "the list of runs shows those that are there; `latest` names the last"
    return NotFound(f"there is no run {named}", cure=cure, of="run")


def no_pipeline(connection: Connection, namespace: str | None, pipeline: str, version: str | None = None) -> NotFound:
    """The error for a pipeline that is not known, in no namespace where none was named, or for a version of one."""
    latest = None if version is None else latest_version(connection, namespace or "", pipeline)
    within = "" if namespace is None else f" in namespace '{namespace}'"
    if latest is not None:
        told = f"there is no version '{version}' of pipeline '{pipeline}'{within}"
        return NotFound(told, cure=f"leave it out for the latest, '{latest}'")
    rows = connection.all(
        "SELECT namespace, pipeline FROM pipeline WHERE present IS NULL OR present = ? "
        "ORDER BY namespace, pipeline LIMIT ?",
        (True, _LOOKED_AT),
    )
    called = pipeline if namespace is None else full_name(namespace, pipeline)
    cure = pipeline_meant(called, [(row[0], row[1]) for row in rows])
    return NotFound(f"there is no pipeline '{pipeline}'{within}", cure=cure)


def check_task(connection: Connection, key: int, task: str) -> None:
    """Raise NotFound where a run has no such task: nothing of it has begun, and its definition does not have it."""
    if connection.one("SELECT 1 FROM task_run_row WHERE run_key = ? AND task = ? LIMIT 1", (key, task)) is not None:
        return
    tasks = (spec_of(connection, key) or {}).get("tasks", {})
    if task not in tasks:
        raise NotFound(f"the run has no task '{task}'", cure=did_you_mean(task, tasks))
