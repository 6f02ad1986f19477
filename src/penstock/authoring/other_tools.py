"""What people write who come from other tools, and what does that here."""

from __future__ import annotations

from typing import Final

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
_RETRIES: Final = 'write retry=3, which counts the first attempt too, or retry=Retry(3, delay="10s")'
_AFTER: Final = "an argument with the name of a task waits for it and takes its result; after=[...] waits alone"
#: Options of a task: theirs, and resources that stand alone.
_OF_A_TASK: Final = {
    **dict.fromkeys(("retries", "max_retries", "retry_delay", "retry_delay_seconds", "retry_policy"), _RETRIES),
    **dict.fromkeys(("timeout_seconds", "execution_timeout", "time_limit"), 'write timeout="10m"'),
    **dict.fromkeys(("task_id", "task_name", "task_run_name"), "write name="),
    **dict.fromkeys(("deps", "depends_on", "requires", "upstream", "wait_for", "ins"), _AFTER),
    **dict.fromkeys(("cache_policy", "cache_key_fn", "cache_expiration"), 'write cache="inputs"'),
    "trigger_rule": "write trigger=",
    **dict.fromkeys(("out", "outs"), 'write outputs=["first", "second"]'),
    "log_prints": "leave it out: all that a task prints is kept",
    "description": "the first line of its docstring is that",
    **dict.fromkeys(("cpu", "cpus"), 'write resources={"cpu": 2}'),
    **dict.fromkeys(("memory", "mem"), 'write resources={"memory": "2GB"}'),
    **dict.fromkeys(("gpu", "gpus"), 'write resources={"gpu": 1}'),
    **dict.fromkeys(("pool", "queue"), 'write resources={"pool": "name"}'),
}


def of_name(name: str) -> str | None:
    """The cure for a name of another tool that `penstock` does not have."""
    return _BY_TASKS if name in _NAMES else None


def of_option(name: str) -> str | None:
    """The cure for an option of another tool that a pipeline does not have."""
    return _OPTIONS.get(name)


def of_task_option(name: str) -> str | None:
    """The cure for an option of another tool that a task does not have, and for one in the wrong place."""
    return _OF_A_TASK.get(name)


def of_use(said: str) -> str | None:
    """The cure for what Python says of a pipeline that is used as one of another tool."""
    return _BY_TASKS if "'Pipeline' object does not support the context manager" in said else None
