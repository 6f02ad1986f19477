"""What people write who come from other tools, and what does that here."""

from __future__ import annotations

import inspect
from typing import Final

from penstock.authoring.pipeline import Pipeline
from penstock.model.nearest import did_you_mean

_BY_TASKS: Final = 'make a pipeline, p = Pipeline("name"), and decorate its functions with @p.task'
_NO_CLOCK: Final = "no pipeline says when it runs: cron, systemd, CI or a request over HTTP starts it"
_OF_TASKS: Final = "tasks have that: @p.task(retry=Retry(3))"
#: Names that are imported.
_NAMES: Final = ("flow", "task", "dag", "DAG", "op", "job", "asset", "step", "node")
#: Options of a pipeline.
_OPTIONS: Final = {
    **dict.fromkeys(("schedule", "schedule_interval", "cron", "start_date", "catchup", "triggers"), _NO_CLOCK),
    **dict.fromkeys(("retries", "retry", "retry_delay", "default_args"), _OF_TASKS),
}


def of_name(name: str) -> str | None:
    """The cure for a name of another tool that `penstock` does not have."""
    return _BY_TASKS if name in _NAMES else None


def of_option(name: str) -> str:
    """The cure for an option that a pipeline does not have."""
    return _OPTIONS.get(name) or did_you_mean(name, list(inspect.signature(Pipeline.__init__).parameters)[1:])


def of_use(said: str) -> str | None:
    """The cure for what Python says of a pipeline that is used as one of another tool."""
    return _BY_TASKS if "'Pipeline' object does not support the context manager" in said else None
