"""One history: a pipeline, engines, and all that can happen to them, drawn from a seed. It ends when all is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, Final

from penstock.engine.handle import RunHandle
from penstock.engine.plan import make_plan
from penstock.engine.reopen import reopen
from penstock.engine.request import RunRequest, new_view
from penstock.engine.restore import restore
from penstock.errors import PenstockError
from penstock.model import ids
from penstock.model.states import TERMINAL_TASK
from penstock.model.transitions import SETTABLE
from penstock.ports.executor import RunContext
from penstock.store.commands import Command
from tests.crash import laws
from tests.simulation.graphs import draw
from tests.simulation.ledger import Ledger
from tests.simulation.seat import Seat

START: Final = 1_700_000_000.0
#: Turns in which what is left must end once nothing bad happens any more.
PATIENCE: Final = 400
#: What can go wrong; of these a history has some.
TROUBLES: Final = (
    "agent_lost", "clock", "commands", "crash", "disorder", "doubled", "frozen", "lost", "returned", "slow", "trouble",
)  # fmt: skip
#: What a person asks, and with which arguments.
ASKED: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("cancel", {}), ("cancel", {"force": True}), ("pause", {}), ("pause", {}), ("resume", {}), ("resume", {}),
    ("retry", {}), ("retry", {}), ("set-state", {}), ("set-state", {}), ("no such thing", {}),
)  # fmt: skip


class Broken(AssertionError):
    """A law does not hold."""


class History:
    """Everything is drawn from `seed`; nothing else is chance."""

    def __init__(self, seed: int, steps: int = 40) -> None:
        self.chance = Random(seed)
        self.now = START
        self.ledger = Ledger()
        self.spec = draw(self.chance)
        self.plan = make_plan(self.spec)
        self.workers = self.chance.randint(1, 3)
        self.items = self.chance.randint(0, 3)
        self.troubles = set(self.chance.sample(TROUBLES, self.chance.choice((0, 1, 2, 2, 3, 3, 4, 6))))
        self.keys: list[int] = []
        #: Engines that were taken for dead and are not: what they write must not be there.
        self.frozen: list[Seat] = []
        self.passed: set[int] = set()
        #: From which task each retry is wished, by the number of its command.
        self._tasks: dict[int, str | None] = {}
        self.owners = 0
        self.seat = self._sit()
        self.steps = steps
        self.told: list[str] = []

    def run(self) -> None:
        """Live through it. Raises Broken."""
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            self._begin()
        acts = self._acts()
        for _ in range(self.steps):
            name, act = self.chance.choice(acts)
            self.told.append(name)
            act()
            self._turn()
        self._settle()
        self._check(laws.at_rest(self.ledger.record()))
        self._check(self._false_values())
        self._check(self._false_wishes())

    def _acts(self) -> list[tuple[str, Callable[[], None]]]:
        """What may happen in this history, the usual more often."""
        acts: list[tuple[str, Callable[[], None]]] = [
            *[("well", self._go_well)] * 4, *[("end", self._end_one)] * 3, ("start", self._start), ("time", self._pass),
        ]  # fmt: skip
        bad: dict[str, Callable[[], None]] = {
            "agent_lost": lambda: self.seat.executor.lose(),
            "clock": self._move_clock,
            "commands": self._ask,
            "crash": self._crash,
            "disorder": lambda: self.seat.executor.reports.reverse(),
            "doubled": self._report_again,
            "frozen": self._freeze,
            "lost": self._lose_worker,
            "returned": self._give_back,
            "trouble": lambda: self.seat.writer.fail(self.chance),
        }
        acts += [(name, bad[name]) for name in sorted(self.troubles & bad.keys())]
        return acts + ([("commands", self._ask)] * 2 if "commands" in self.troubles else [])

    # --- engines --------------------------------------------------------------------------------------------

    def _sit(self) -> Seat:
        self.owners += 1
        return Seat(self.owners, self.ledger, lambda: self.now, self.workers)

    def _begin(self) -> None:
        key = ids.run_key(self.now, len(self.keys) + 1)
        context = self._context(key)
        view = new_view(self.plan, context, RunRequest(), self.now, chosen=None, given={})
        view.labels = {}
        self.seat.take(view)
        while key not in self.ledger.runs:
            self._turn(calm=True)  # nobody was promised a run that is on no record
        self.keys.append(key)

    def _context(self, key: int) -> RunContext:
        params = {"items": list(range(self.items))}
        return RunContext(
            ids.run_id(key), "p", "default", self.plan.version, "standard", params, {}, {}, "/artifacts", "/logs"
        )

    def _turn(self, *, calm: bool = False) -> None:
        """Ten milliseconds go by: the engine works, its desk looks, its writer writes."""
        slow = "slow" in self.troubles and not calm
        for seat in (self.seat, *self.frozen):
            for _ in range(2):
                self.now += 0.005
                seat.turn()
                if not slow or self.chance.random() < 0.4:
                    seat.writer.write()
                if not slow or self.chance.random() < 0.4:
                    seat.writer.answer()
        self._look_again()
        self._check_views()

    def _crash(self) -> None:
        """The engine is killed with all its workers; what its writer had not written is gone."""
        if self.chance.random() < 0.5:
            self.seat.writer.write()
        self._take_over()

    def _freeze(self) -> None:
        """The engine is taken for dead, and goes on all the same."""
        if len(self.frozen) < 2:
            self.frozen.append(self.seat)
            self._take_over()

    def _take_over(self) -> None:
        self._check(laws.always(self.ledger.record()))
        self.ledger.alive.discard(self.seat.owner)
        self.now += self.chance.choice((0.1, 20.0))
        skew, self.seat = self.seat.skew, self._sit()
        self.seat.skew = skew  # it is the machine's
        self.passed.clear()
        self._claim_orphans()

    def _claim_orphans(self) -> None:
        for key in self.keys:
            if not self.ledger.is_over(key) and self.ledger.runs[key].owner not in self.ledger.alive:
                self._restore(key)

    def _restore(self, key: int) -> None:
        self.ledger.claim(key, self.seat.owner)
        stored = self.ledger.stored(key)
        restored = restore(stored, self.plan, self._context(key), given={})
        restored.view.handle = RunHandle(restored.view, self.seat.engine)
        self.seat.take_over(restored)

    # --- what attempts meet ------------------------------------------------------------------------------------

    def _one(self, keys: list[str]) -> str | None:
        return self.chance.choice(keys) if keys else None

    def _go_well(self) -> None:
        for _ in range(self.chance.randint(1, 3)):
            key = self._one(self.seat.running())
            if key is not None:
                self.seat.end(key, "succeeded", self.chance)
                if self.chance.random() < 0.5:
                    self._turn()

    def _end_one(self) -> None:
        key = self._one(self.seat.running())
        if key is not None:
            outcome = self.chance.choice(("succeeded", "succeeded", "failed", "failed", "skipped"))
            self.seat.end(key, "cancelled" if self._is_cancelled(key) else outcome, self.chance)

    def _is_cancelled(self, key: str) -> bool:
        """Was it asked to end, and did it heed that?"""
        return key in self.seat.executor.cancelled and self.chance.random() < 0.8

    def _lose_worker(self) -> None:
        key = self._one(self.seat.running())
        if key is not None:
            self.seat.end(key, "lost", self.chance)

    def _start(self) -> None:
        key = self._one(self.seat.running())
        if key is not None:
            self.seat.start(key)

    def _give_back(self) -> None:
        key = self._one(self.seat.followers())
        if key is not None:
            self.seat.executor.give_back(key)

    def _report_again(self) -> None:
        if self.seat.ended:
            outcome = self.chance.choice(("succeeded", "failed", "lost"))
            self.seat.report(self.chance.choice(self.seat.ended), outcome, self.chance)

    # --- time and people ------------------------------------------------------------------------------------------

    def _pass(self) -> None:
        self.now += self.chance.choice((0.1, 1.5, 31.0))

    def _move_clock(self) -> None:
        self.seat.skew = self.chance.choice((-3600.0, 0.0, 3600.0))

    def _ask(self) -> None:
        kind, arguments = self.chance.choice(ASKED)
        key = self.chance.choice(self.keys)
        if kind == "set-state":
            state, index = self.chance.choice(SETTABLE), self.chance.choice((None, None, 0, 1))
            arguments = {"task": self.chance.choice(list(self.plan.places)), "map_index": index, "state": state}
        self.ledger.ask(key, kind, arguments, self.now)

    def _look_again(self) -> None:
        """The desk: it claims what others left, passes on what waits, now and then twice, begins again what is over."""
        self._claim_orphans()
        for key in self.keys:
            for command in self.ledger.waiting(key):
                again = "doubled" in self.troubles and self.chance.random() < 0.1
                for_anyone = command.kind == "retry" and self.ledger.is_over(key)
                if self.seat.has(key) and not for_anyone and (command.id not in self.passed or again):
                    self.passed.add(command.id)
                    self.seat.engine.order(command)
                elif not self.seat.has(key) and self.ledger.is_over(key):
                    self._obey(key, command)

    def _obey(self, key: int, command: Command) -> None:
        """What is asked of a run that is over, and has no owner."""
        if command.kind != "retry":
            self.ledger.refuse(command.id, "{}", self.now)
            return
        view = restore(self.ledger.stored(key), self.plan, self._context(key), given={}).view
        # Whoever obeys, the wish is the same.
        task = self._tasks.setdefault(command.id, self.chance.choice((None, None, *self.plan.places)))
        try:
            reopen(view, task, self.now, {"by": command.by})
        except PenstockError:
            self.ledger.refuse(command.id, "{}", self.now)
            return
        view.epoch = self.ledger.claim(key, self.seat.owner)
        view.commands.append(command.id)
        self.seat.take(view)

    # --- the end, and what must hold --------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Nothing bad happens any more: all has to end."""
        self.troubles.clear()
        self.seat.skew = 0.0
        self.seat.writer.troubles.clear()
        for at in range(PATIENCE):
            if all(self.ledger.is_over(key) and not self.ledger.waiting(key) for key in self.keys) and not any(
                self.seat.has(key) for key in self.keys
            ):
                return
            for key in self.keys:
                if self.ledger.runs[key].state == "paused" and not self.ledger.waiting(key):
                    self.ledger.ask(key, "resume", {}, self.now)
            for running in self.seat.running():
                self.seat.end(running, "cancelled" if self._is_cancelled(running) else "succeeded", self.chance)
            self._turn(calm=True)
            # Who was killed before the clock was set back has timers on record that are late by as much.
            self.now += 7300.0 if at == PATIENCE // 2 else 1.0
        views = [(view.state, view.open, view.live, view.phase) for view in self.seat.views.values()]
        raise Broken(f"never over: {views}")

    def _check(self, found: list[str]) -> None:
        if found:
            raise Broken("; ".join(found[:5]))

    def _check_views(self) -> None:
        """What an engine counts is what is there, and nothing that is over has been begun again."""
        engine = self.seat.engine
        out = 0
        for view in self.seat.views.values():
            if view.handle.wait(0):
                continue
            if view.handle.failure is not None:
                raise Broken(f"the engine gave its run up: {view.handle.failure}")
            for role, count in view.open.items():
                alive = [run for run in view.task_runs if run.task.spec.role == role and _is_open(run.state)]
                if count != len(alive):
                    raise Broken(f"{count} of {role} are open, it counts {len(alive)}")
            out += view.live
        live = len(engine._live.keys() - engine._rested)
        if engine.limits.out != live:
            raise Broken(f"{engine.limits.out} are out, {live} are live")

    def _false_values(self) -> list[str]:
        """What succeeded has read values of attempts that succeeded."""
        good = {f"{key}:{seq}:{n}" for (key, seq, n), row in self.ledger.attempts.items() if row.state == "succeeded"}
        seen = {one.key: one for seat in (self.seat,) for one in seat.executor.seen}
        found = []
        for key, one in seen.items():
            for ref in one.inputs.values() if key in good else ():
                found += [f"{one.task} ({key}) read what {maker} made" for maker in _makers(ref) if maker not in good]
        return found

    def _false_wishes(self) -> list[str]:
        """A run whose end was wished for, and granted, ended so, unless it was begun again since."""
        wishes: dict[int, str] = {}
        for command in map(self.ledger.commands.__getitem__, self.ledger.answered):
            if command.state == "applied" and command.kind in ("cancel", "retry"):
                wishes[command.run_key] = command.kind
        return [
            f"run {key} was cancelled, and is {self.ledger.runs[key].state}"
            for key, wish in wishes.items()
            if wish == "cancel" and self.ledger.runs[key].state != "cancelled"
        ]


def _is_open(state: str) -> bool:
    return state not in TERMINAL_TASK


def _makers(ref: Any) -> list[str]:
    """The keys of the attempts that made a value."""
    if isinstance(ref, dict):
        return [maker for one in ref.get("list", [ref.get("item")]) for maker in _makers(one)]
    if not isinstance(ref, list):
        return []
    return [str(json.loads(ref[1])[0])] if ref[1] else [ref[2].rpartition("/")[2]] if ref[2] else []
