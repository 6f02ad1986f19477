"""What people write who come from other tools, and what does that here."""

from __future__ import annotations

from typing import Final

_BY_TASKS: Final = 'make a pipeline, p = Pipeline("name"), and decorate its functions with @p.task'
_NO_CLOCK: Final = "no pipeline says when it runs: cron, systemd, CI or a request over HTTP starts it"
_OF_TASKS: Final = "tasks have that: @p.task(retry=Retry(3))"
#: Names that are imported.
_NAMES: Final = ("flow", "task", "dag", "DAG", "op", "job", "asset", "step", "node")
_RETRIES: Final = 'write retry=3, which counts the first attempt too, or retry=Retry(3, delay="10s")'
_AFTER: Final = "an argument with the name of a task waits for it and takes its result; after=[...] waits alone"
#: By what is made: cures, each with its options. Those of a task have resources that stand alone too.
_OPTIONS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "Pipeline": {
        _NO_CLOCK: ("schedule", "schedule_interval", "cron", "start_date", "catchup", "triggers"),
        _OF_TASKS: ("retries", "retry", "retry_delay", "default_args"),
    },
    "task": {
        _RETRIES: ("retries", "max_retries", "retry_delay", "retry_delay_seconds", "retry_policy"),
        'write timeout="10m"': ("timeout_seconds", "execution_timeout", "time_limit"),
        "write name=": ("task_id", "task_name", "task_run_name"),
        _AFTER: ("deps", "depends_on", "requires", "upstream", "wait_for", "ins"),
        'write cache="inputs"': ("cache_policy", "cache_key_fn", "cache_expiration"),
        "write trigger=": ("trigger_rule",),
        'write outputs=["first", "second"]': ("out", "outs"),
        "leave it out: all that a task prints is kept": ("log_prints",),
        "the first line of its docstring is that": ("description",),
        'write resources={"cpu": 2}': ("cpu", "cpus"),
        'write resources={"memory": "2GB"}': ("memory", "mem"),
        'write resources={"gpu": 1}': ("gpu", "gpus"),
        'write resources={"pool": "name"}': ("pool", "queue"),
    },
}


def of_name(name: str) -> str | None:
    """The cure for a name of another tool that `penstock` does not have."""
    return _BY_TASKS if name in _NAMES else None


def of_option(made: str, option: str) -> str | None:
    """The cure for an option of another tool that a `Pipeline`, a `task` and the like does not have."""
    cures = _OPTIONS.get(made, {})
    return next((cure for cure, options in cures.items() if option in options), None)


def of_use(said: str) -> str | None:
    """The cure for what Python says of a pipeline that is used as one of another tool."""
    return _BY_TASKS if "'Pipeline' object does not support the context manager" in said else None
