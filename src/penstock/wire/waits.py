"""Why queued tasks do not begin."""

from __future__ import annotations

from typing import Literal

from penstock.wire.base import Body


class Wait(Body):
    """What `count` queued tasks (and items) of a run wait for; `tasks` names the first of them.

    `on` is what there is not: a free worker (each needs `need`), GPUs, room in the pool `name`, a `turn` (other items
    of the task `name` have to end), or an engine that has the run. `held` is how much of it is taken, `most` how much
    there is (null where that is not on record), `by_runs` who has it, the first of them; the run itself may be there.
    """

    on: Literal["workers", "gpus", "pool", "turn", "engine"]
    name: str | None
    need: int
    held: int
    most: int | None
    by_runs: list[str]
    tasks: list[str]
    count: int


class WaitList(Body):
    """Why queued tasks do not begin, as it is now; first what most of them wait for."""

    items: list[Wait]
