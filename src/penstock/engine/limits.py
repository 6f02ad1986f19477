"""What this engine may run at the same time: cores, GPUs, attempts of one task, and its share of pools."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from penstock.engine.plan import PlannedTask
from penstock.engine.pools import Pools
from penstock.engine.view import RunView, TaskRun
from penstock.errors import DefinitionError
from penstock.model.nearest import did_you_mean

#: Attempts that may wait in the agent for each worker, so that no worker waits for the engine, and each process does
#: much at a time: with 16, agent and workers changed places twice as often. Those that wait are written twice.
AHEAD = 32


class Limits:
    """Counts what is out with the executor. Plain tasks may be sent ahead; the others only when they fit now."""

    def __init__(self, cores: int, gpus: float, pools: Mapping[str, int]) -> None:
        self.cores = cores
        self.gpus = gpus
        self.pools = Pools(pools)
        self.out = 0
        self.cores_out = 0.0
        self.wide_out = 0
        self.gpus_out = 0.0
        self.tasks_out: dict[tuple[int, int], int] = {}

    def check(self, planned: PlannedTask) -> None:
        """Raise DefinitionError for a task that could never start here."""
        sizes = self.pools.sizes
        needs, file, line = planned.spec.resources, planned.spec.file, planned.spec.line
        if needs.cpu > self.cores:
            raise DefinitionError(
                f"task '{planned.name}' asks for {needs.cpu:g} cores, and there are {self.cores}",
                cure="ask for fewer, or start with --workers",
                file=file,
                line=line,
            )
        if needs.gpu > self.gpus:
            raise DefinitionError(
                f"task '{planned.name}' asks for {needs.gpu:g} GPUs, and there are {self.gpus:g}",
                cure="set `gpus` in penstock.toml to the number of this machine",
                file=file,
                line=line,
            )
        if needs.pool is not None and needs.pool not in self.pools.sizes:
            raise DefinitionError(
                f"task '{planned.name}' asks for the pool '{needs.pool}', which has no size",
                cure=f"write `[pools]` and `{needs.pool} = 2` in penstock.toml; {did_you_mean(needs.pool, sizes)}",
                file=file,
                line=line,
            )

    def take(self, ready: deque[TaskRun]) -> list[TaskRun]:
        """Remove from `ready` what may be dispatched now, in order, and count it as out.

        A task that waits for cores lets nothing overtake it, so that wide tasks do not starve; one that waits for
        a pool, a GPU or its own concurrency does. One that needs a slot of a pool is parked until the store grants it.
        While a wide task is out, nothing is sent ahead: the agent counts workers, not cores. What a run holds back
        while it rests is queued anew when it goes on.
        """
        taken: list[TaskRun] = []
        seen: set[TaskRun] = set()  # what was held back and queued anew may be there twice
        passed: list[TaskRun] = []
        while ready:
            run = ready[0]
            if run.state != "queued" or run.live is not None or run.run.state == "paused" or run in seen:
                ready.popleft()
                continue
            if run.task.plain:
                if self.cores_out >= (self.cores if self.wide_out else self.cores * (1 + AHEAD)):
                    break
                taken.append(ready.popleft())
                seen.add(run)
                self.hold(run)
            elif self.cores_out + run.task.spec.resources.cpu > self.cores:
                break
            elif not self._fits(run):
                passed.append(ready.popleft())
            elif run.task.spec.resources.pool is not None and not self.pools.is_granted(run):
                self.pools.park(ready.popleft())
            else:
                taken.append(ready.popleft())
                seen.add(run)
                self.hold(run)
        ready.extendleft(reversed(passed))
        return taken

    def _fits(self, run: TaskRun) -> bool:
        spec = run.task.spec
        needs = spec.resources
        if self.gpus_out + needs.gpu > self.gpus:
            return False
        if needs.pool is not None and not (self.pools.is_granted(run) or self.pools.has_room(needs.pool)):
            return False
        return spec.concurrency is None or self.tasks_out.get(_task(run.run, run), 0) < spec.concurrency

    def hold(self, run: TaskRun) -> None:
        """An attempt of `run` is out."""
        self.out += 1
        self.cores_out += run.task.spec.resources.cpu
        if not run.task.plain:
            self._count(run, 1)
            if run.task.spec.resources.pool is not None:
                self.pools.hold(run)

    def release(self, run: TaskRun) -> None:
        """An attempt of `run` is over."""
        self.out -= 1
        self.cores_out -= run.task.spec.resources.cpu
        if not run.task.plain:
            self._count(run, -1)
            if run.task.spec.resources.pool is not None:
                self.pools.release(run)

    def _count(self, run: TaskRun, by: int) -> None:
        spec = run.task.spec
        self.wide_out += by * (spec.resources.cpu > 1)
        self.gpus_out += by * spec.resources.gpu
        if spec.concurrency is not None:
            key = _task(run.run, run)
            self.tasks_out[key] = self.tasks_out.get(key, 0) + by


def _task(view: RunView, run: TaskRun) -> tuple[int, int]:
    return view.key, run.task.place
