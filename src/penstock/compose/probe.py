"""The pipeline that `penstock doctor` runs: what it needs is what every run needs."""

from penstock import Pipeline

probe = Pipeline("probe")


@probe.task
def answer() -> int:
    """Be a task that ran."""
    return 42
