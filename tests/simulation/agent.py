"""The agent of the simulation: it has processes, does what engines tell it, and outlives them (ports.executor)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from penstock.errors import AgentLost
from penstock.ports.executor import Assignment, Ended, Legacy, Report, Returned, RunContext
from tests.simulation.machines import Broken, Machines, Process
from tests.simulation.values import made_of

#: The definition of a task, by the version of its pipeline and its name.
FindTask = Callable[[str, str], Any]
_FINAL: Final = (Ended, Returned)


class Agent:
    """Serves one engine after the other, as agent.shared does. What it has to tell is kept until it is on record."""

    def __init__(self, machines: Machines, workers: int, find: FindTask, now: Callable[[], float]) -> None:
        self.workers = workers
        self.machines = machines
        #: What it has, in order, and which of that runs; followers by the key of the one before.
        self.given: dict[str, Assignment] = {}
        self.running: dict[str, Process] = {}
        self.behind: dict[str, Assignment] = {}
        self.asked: dict[str, int] = {}
        self.still: set[str] = set()
        #: Without an engine, or before that has said what it goes on with, nothing begins.
        self.left = False
        self.engines: set[int] = set()
        #: The last one: reports on disk are those of when it was gone.
        self.engine = 0
        self.alive = True
        #: Reports on disk, for the time when it is gone.
        self.spool: list[Report] = []
        self._find = find
        self._now = now
        self._contexts: dict[str, RunContext] = {}
        self._link: Link | None = None
        self._number = 0
        self._kept: list[tuple[int, Report]] = []
        self._spooled_to: int | None = None
        self._returned: dict[str, str] = {}
        self._inherited: set[str] = set()
        self._doomed: set[str] = set()
        self._begun: set[str] = set()
        #: What each attempt that follows another may read of it.
        self._made: dict[str, dict[str, Any]] = {}
        #: The last attempt that ended, if it succeeded.
        self._last_made: str | None = None

    # --- engines that come and go -----------------------------------------------------------------------

    def meet(self, link: Link) -> tuple[int, Legacy]:
        """An engine is there; the number of the last report, and what it finds."""
        self._link = link
        self.engines.add(link.owner)
        self.engine = link.owner
        known = {report.key: False for _, report in self._kept if isinstance(report, _FINAL)}
        known |= dict.fromkeys(self._returned, False)
        known |= {key: key in self.asked for key in self.running}
        self._inherited = set(known) if self.left else set()
        return self._number, Legacy(self.left, frozenset(map(str, self.engines)), known)

    def leave(self) -> None:
        """The engine is gone: what was not begun goes back, what runs goes on."""
        self._link, self.left = None, True
        for key in (*self.followers(), *[key for key in self.given if key not in self.running]):
            self.give_back(key)
        # What came back and runs since was given out again.
        self._kept = [one for one in self._kept if not (isinstance(one[1], Returned) and one[1].key in self.running)]
        self.spool, self._spooled_to = [report for _, report in self._kept], None

    def keep(self, keys: Iterable[str]) -> None:
        """The engine goes on with these attempts, and with no other."""
        if not self.left:
            return
        doomed, self._inherited = self._inherited - set(keys), set()
        self._doomed |= doomed
        for key in doomed & self.running.keys():
            self._stop(key)
        kept = [report for _, report in self._kept]
        ended = {report.key for report in kept if isinstance(report, _FINAL)}
        kept += [Returned(key) for key in sorted(self._returned.keys() - ended)]
        self._kept, self.left = [], False
        for report in kept:
            self.tell(report)
        self._spooled_to = self._number

    def acknowledge(self, number: int) -> None:
        """All reports up to that number are on record."""
        self._kept = [one for one in self._kept if one[0] > number]
        if self._spooled_to is not None and number >= self._spooled_to:
            self.spool, self._spooled_to = [], None

    def tell(self, report: Report) -> None:
        """Report, or keep it for the engine to come."""
        if report.key in self._doomed:
            return
        self._number += 1
        self._kept.append((self._number, report))
        if self._link is None:
            self.spool.append(report)
        elif not self.left:
            self._link.inbox.append((self._number, report))

    def die(self) -> None:
        """It ends with all its processes; the spool stays."""
        for key in list(self.running):
            self.machines.end(key)
        self.running.clear()
        self.given.clear()
        self.behind.clear()
        self.alive = False

    # --- what engines say ---------------------------------------------------------------------------------

    def prepare(self, context: RunContext) -> None:
        self._contexts[context.run_id] = context

    def dispatch(self, assignments: list[Assignment]) -> None:
        for one in assignments:
            assert one.key not in self.given, f"{one.key} was dispatched twice"
            assert one.key not in {other.key for other in self.behind.values()}, f"{one.key} was dispatched twice"
            self._returned.pop(one.key, None)
            if one.after is None:
                self.given[one.key] = one
            elif one.after in self.given or one.after in {other.key for other in self.behind.values()}:
                self.behind[one.after] = one
            elif one.after == self._last_made and len(self.running) < self.workers and not self.left:
                self._go_on_with(one)
            else:
                self._returned[one.key] = one.run_id
                self.tell(Returned(one.key))

    def cancel(self, keys: Iterable[str]) -> None:
        for key in keys:
            if key in self.running:
                self.asked[key] = self.asked.get(key, 0) + 1
                self.still.discard(key)
            elif key in self.given:
                self._over(key, Ended(key, "cancelled", None, [], None, None, None, None, self._now(), None))
            else:
                self.give_back(key)

    def recall(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.give_back(key)

    def suspend(self, keys: Iterable[str]) -> None:
        self.still.update(key for key in keys if key in self.running and key not in self.asked)

    def resume(self, keys: Iterable[str]) -> None:
        self.still.difference_update(keys)

    def forget(self, run_id: str) -> None:
        self._returned = {key: run for key, run in self._returned.items() if run != run_id}

    # --- what happens to attempts ---------------------------------------------------------------------------

    def next_to_begin(self) -> str | None:
        """The attempt whose turn it is, if a worker is free."""
        if self.left or self._link is None or len(self.running) >= self.workers:
            return None
        return next((key for key in self.given if key not in self.running), None)

    def begin(self, key: str) -> None:
        """A worker begins it. Raises Broken."""
        one = self.given[key]
        context = self._contexts[one.run_id]
        task = self._find(context.version, one.task)
        made = self._made.get(one.after or "", {})
        inputs = {name: _taken(ref, made) for name, ref in one.inputs.items()}
        process = Process(one, inputs, made_of(task, context.params, inputs) if one.mode == "run" else None)
        if key in self._begun:
            raise Broken(f"{key} begins for the second time")
        self._begun.add(key)
        self.machines.begin(process)
        self.running[key] = process

    def end(self, key: str, report: Ended) -> None:
        """What runs is over."""
        self.machines.end(key)
        del self.running[key]
        self._over(key, report)

    def give_back(self, key: str) -> None:
        """What was not begun goes back, with all that follows it; what runs stays."""
        before = next((before for before, one in self.behind.items() if one.key == key), None)
        if before is not None:
            self._go_back_from(before)
        elif key in self.given and key not in self.running:
            self._return(key)

    def followers(self) -> list[str]:
        """Attempts that wait for the success of another."""
        return sorted(one.key for one in self.behind.values())

    def _over(self, key: str, report: Ended) -> None:
        del self.given[key]
        self.still.discard(key)
        self.asked.pop(key, None)
        self.tell(report)
        follower = self.behind.get(key)
        self._last_made = key if report.outcome == "succeeded" else None
        if report.outcome == "succeeded":
            self._made[key] = dict(report.outputs)
        if follower is not None and report.outcome == "succeeded" and not self.left:
            del self.behind[key]
            self._go_on_with(follower)
        else:
            self._go_back_from(key)

    def _go_on_with(self, follower: Assignment) -> None:
        """The worker goes on where it is."""
        self.given = {follower.key: follower, **self.given}
        self.begin(follower.key)

    def _return(self, key: str) -> None:
        one = self.given.pop(key)
        self._returned[key] = one.run_id
        self.tell(Returned(key))
        self._go_back_from(key)

    def _go_back_from(self, key: str) -> None:
        follower = self.behind.pop(key, None)
        if follower is not None:
            self._returned[follower.key] = follower.run_id
            self.tell(Returned(follower.key))
            self._go_back_from(follower.key)

    def _stop(self, key: str) -> None:
        """SIGKILL, and nobody is told."""
        self.machines.end(key)
        del self.running[key], self.given[key]
        self.asked.pop(key, None)
        self.still.discard(key)


def _taken(ref: Any, made: dict[str, Any]) -> Any:
    """The reference of what the attempt before has made, where that is what is meant."""
    return made[ref["made"]] if isinstance(ref, dict) and "made" in ref else ref


class Link:
    """An agent as an engine has it: an executor whose attempts outlive us. `renew` gives an agent in place of one that
    died.
    """

    suspends = True

    def __init__(self, agent: Agent, owner: int, renew: Callable[[], Agent]) -> None:
        self.owner = owner
        self.agent = agent
        self.workers = agent.workers
        self.inbox: list[tuple[int, Report]] = []
        self.taken = 0
        self._renew = renew
        #: What this engine has acknowledged, or never got.
        self._told = 0
        number, self.legacy = agent.meet(self)
        self._offset = -number

    def open(self) -> None:
        """There is an agent again."""
        self.inbox.clear()
        self.agent = self._renew()
        number, _ = self.agent.meet(self)
        self._offset, self._told = self.taken - number, self.taken

    def poll(self, timeout: float | None) -> list[Report]:
        if not self.agent.alive:
            self.legacy = self.legacy._replace(attempts={})
            raise AgentLost("the agent was killed")
        if not self.inbox:
            return []
        self.taken = self._offset + max(number for number, _ in self.inbox)
        reports = [report for _, report in self.inbox]
        self.inbox.clear()
        return reports

    def acknowledge(self, taken: int) -> None:
        if taken > self._told:
            self._told = taken
            self.agent.acknowledge(taken - self._offset)

    def keep(self, keys: list[str]) -> None:
        self.agent.keep(keys)

    def prepare(self, context: RunContext) -> None:
        self.agent.prepare(context)

    def dispatch(self, assignments: list[Assignment]) -> None:
        self.agent.dispatch(assignments)

    def cancel(self, keys: list[str]) -> None:
        self.agent.cancel(keys)

    def recall(self, keys: list[str]) -> None:
        self.agent.recall(keys)

    def suspend(self, keys: list[str]) -> None:
        self.agent.suspend(keys)

    def resume(self, keys: list[str]) -> None:
        self.agent.resume(keys)

    def forget(self, run_id: str) -> None:
        self.agent.forget(run_id)

    def wake(self) -> None: ...

    def close(self) -> None: ...
