"""Running a pipeline in a test: in this process and thread, by the engine of `penstock run`, without a server.

    from penstock.testing import run_pipeline

    def test_the_report() -> None:
        result = run_pipeline(report, inputs={"sales": [{"shop": "north", "total": 12}]})
        assert result.value("good") == ["north"]

Nothing is kept of it. See `docs/testing.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from penstock.authoring.pipeline import Pipeline
from penstock.testing.results import RunResult, TaskResult

__all__ = ["RunResult", "TaskResult", "run_pipeline"]


def run_pipeline(
    pipeline: Pipeline,
    *,
    params: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    from_: str | Sequence[str] = (),
    to: str | Sequence[str] = (),
    only: str | Sequence[str] = (),
    tags: str | Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    type: str = "standard",
) -> RunResult:
    """Run a pipeline, or the slice of it that is asked for as in `penstock run`, and return when that is over.

    `inputs` gives datasets their values: the tasks that would make them do not run, nor what runs for those alone. Of
    an approval it is the answer. Retries do not wait; time-outs and what tasks need of the machine do not count.
    That a task fails is told by the result. Raises DefinitionError, ParameterError, NotFound, UsageError, and what ends
    the test itself, as `pytest.fail` or Ctrl-C within a task.
    """
    from penstock.testing.running import Wish, play  # most tests of a session never come here

    __tracebackhide__ = True
    wish = Wish(
        dict(params or {}), dict(inputs or {}), _names(from_), _names(to), _names(only), _names(tags),
        dict(labels or {}), type,
    )  # fmt: skip
    return play(pipeline, wish)


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
