"""What actions on runs take and answer, where they start something."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from penstock.wire.base import Asked, Body, Json
from penstock.wire.runs import ActionResult


class RetryBody(Asked):
    """Retry a run in place: what failed or never ran, or `task` and all downstream; with other values of `params`."""

    task: str | None = None
    params: dict[str, Json] = Field(default_factory=dict)


class ManyRetryBody(RetryBody):
    """The same for many runs: those of `ids`, or all that fit `filter` (the query string of the list)."""

    ids: list[str] | None = None
    filter: str | None = None


class ReplayBody(RetryBody):
    """Repeat a run as a new one, whole or from `task`; on the version that it had, or on the latest."""

    version: Literal["same", "latest"] = "same"


class ManyReplayBody(ReplayBody):
    """The same for many runs: those of `ids`, or all that fit `filter` (the query string of the list)."""

    ids: list[str] | None = None
    filter: str | None = None


class ReplayResult(ActionResult):
    """What became of one run in a replay of many. `replay`: the new run."""

    replay: str | None


class ManyReplayResult(Body):
    """What became of a replay of many runs."""

    applied: int
    refused: int
    waiting: int
    results: list[ReplayResult]
