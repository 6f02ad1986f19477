"""What is not there, told with what helps anywhere; `of` is what was meant, for which a terminal names its verb."""

from __future__ import annotations

from penstock.errors import NotFound


def no_run(named: str) -> NotFound:
    """The error for a run that is not there, by its id or as a person named it."""
    cure = "the list of runs shows those that are there; `latest` names the last"
    return NotFound(f"there is no run {named}", cure=cure, of="run")


def no_pipeline(namespace: str, pipeline: str, version: str | None = None) -> NotFound:
    """The error for a pipeline that is not known, or a version of it."""
    named = f"version '{version}' of pipeline '{pipeline}'" if version else f"pipeline '{pipeline}'"
    told = f"there is no {named} in namespace '{namespace}'"
    return NotFound(told, cure="the list of pipelines shows those that are known", of="pipeline")
