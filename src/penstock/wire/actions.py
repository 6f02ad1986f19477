"""What actions on runs take and answer."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from penstock.model.bounds import MOST
from penstock.wire.base import Asked, Body, Json
from penstock.wire.runs import ActionResult


class ManyBody(Asked):
    """The runs that an action is about: those of `ids`, those that fit `filter` (as the list has it), or `all`."""

    ids: list[str] | None = None
    filter: str | None = None
    all: bool = False


class LabelsBody(Asked):
    """Labels to set and names of labels to remove."""

    set: dict[str, str] = Field(default_factory=dict)
    remove: list[str] = Field(default_factory=list)


class ManyLabelsBody(LabelsBody, ManyBody):
    """The same for many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ActionBody(Asked):
    """What an action takes beside the runs that it is about."""

    def arguments(self) -> dict[str, Any]:
        """As its command keeps them."""
        return self.model_dump(exclude=set(ManyBody.model_fields), exclude_defaults=True)


class CancelBody(ActionBody):
    """Cancel a run. `force`: tasks get no grace, and clean-up tasks don't run."""

    force: bool = False


class ManyCancelBody(CancelBody, ManyBody):
    """Cancel many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class PauseBody(ActionBody):
    """Pause a run. `now`: tasks that run stand still, instead of going on to their end."""

    now: bool = False


class ManyPauseBody(PauseBody, ManyBody):
    """Pause many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ForceBody(ActionBody):
    """Let a run past its limits: there is nothing more to say."""


class ManyForceBody(ForceBody, ManyBody):
    """Let many runs past their limits: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ResumeBody(ActionBody):
    """Resume a run. One of type debug goes on with other `params`, and with `step` rests again before the next task."""

    step: bool = False
    params: dict[str, Json] = Field(default_factory=dict)


class BreakpointsBody(ActionBody):
    """Tasks before which a run of type debug rests: those to `set`, and those to `remove`."""

    set: list[str] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)


class ManyBreakpointsBody(BreakpointsBody, ManyBody):
    """The same for many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ManyResumeBody(ResumeBody, ManyBody):
    """Resume many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class DeleteBody(ActionBody):
    """Delete a run. `children`: the runs that it began go too."""

    children: bool = False


class ManyDeleteBody(DeleteBody, ManyBody):
    """Delete many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ApproveBody(ActionBody):
    """Answer what a run asks. `task`: which one, where several ask; `values` by the names of its form."""

    task: str | None = None
    decision: Literal["approve", "reject"]
    values: dict[str, Json] = Field(default_factory=dict)
    comment: str | None = Field(default=None, max_length=4000)


class ManyApproveBody(ApproveBody, ManyBody):
    """Answer what many runs ask: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class SetStateBody(ActionBody):
    """Take a task (and item) for what it is not: the run goes on so. Of a run that is over only what is shown changes.

    Without `task` the run itself is meant, which must be over.
    """

    task: str | None = None
    map_index: int | None = Field(default=None, ge=0, le=MOST)
    state: Literal["succeeded", "warning", "failed", "skipped", "cancelled"]

    @model_validator(mode="after")
    def _item_of_a_task(self) -> Self:
        if self.map_index is not None and self.task is None:
            raise ValueError("map_index is the item of a task: name the task too")
        return self


class ManySetStateBody(SetStateBody, ManyBody):
    """The same for many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class RetryBody(ActionBody):
    """Retry a run in place: what failed or never ran, or `task` and all downstream; with other values of `params`."""

    task: str | None = None
    params: dict[str, Json] = Field(default_factory=dict)


class ManyRetryBody(RetryBody, ManyBody):
    """The same for many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ReplayBody(RetryBody):
    """Repeat a run as a new one, whole or from `task`; on the version that it had, or on the latest."""

    version: Literal["same", "latest"] = "same"


class ManyReplayBody(ReplayBody, ManyBody):
    """The same for many runs: those of `ids`, those that fit `filter` (as the list has it), or `all`."""


class ReplayResult(ActionResult):
    """What became of one run in a replay of many. `replay`: the new run."""

    replay: str | None


class ManyReplayResult(Body):
    """What became of a replay of many runs."""

    applied: int
    refused: int
    waiting: int
    results: list[ReplayResult]
