"""All that there is in a history: the record, machines, engines and a clock. Nothing happens here by itself."""

from __future__ import annotations

from random import Random
from typing import Final

from penstock.engine.plan import make_plan
from penstock.model.spec import TaskSpec
from penstock.ports.executor import Report
from tests.simulation.agent import Agent
from tests.simulation.desk import Desk
from tests.simulation.doors import go_through
from tests.simulation.graphs import draw
from tests.simulation.ledger import Ledger
from tests.simulation.machines import Machines
from tests.simulation.planning import Planner
from tests.simulation.seat import Seat

START: Final = 1_700_000_000.0


class World:
    """`seats` are the engines that live, `frozen` those that were taken for dead and are not: what they write must not
    be there.
    """

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.now = START
        self.ledger = Ledger()
        self.specs = draw(chance)
        self.planner = Planner(self.ledger, [make_plan(spec) for spec in self.specs])
        self.workers = chance.randint(1, 3)
        self.machines = Machines()
        self.seats: list[Seat] = []
        self.frozen: list[Seat] = []
        self.desks: dict[int, Desk] = {}
        #: What is slow is so by chance.
        self.slow = False
        self.owners = 0
        #: Runs that somebody was promised.
        self.keys: list[int] = []
        #: All agents that ever were.
        self.agents: list[Agent] = []

    def task(self, version: str, name: str) -> TaskSpec:
        """The definition of a task."""
        return self.planner.plans[version].spec.tasks[name]

    # --- engines ----------------------------------------------------------------------------------------

    def new_agent(self, machines: Machines | None = None) -> Agent:
        agent = Agent(machines or self.machines, self.workers, self.task, lambda: self.now)
        self.agents.append(agent)
        return agent

    def sit(self, agent: Agent | None = None, skew: float = 0.0) -> Seat:
        """An engine begins, with an agent that it finds or a new one."""
        self.owners += 1
        agent = agent or self.new_agent()
        # Whoever renews an agent has it on the machine of the one before.
        seat = Seat(self.owners, self.ledger, lambda: self.now, agent, lambda: self.new_agent(seat.agent.machines))
        seat.skew = skew
        self.seats.append(seat)
        self.desks[seat.owner] = Desk(seat, self.ledger, self.planner, self._is_alone, self._spooled)
        return seat

    def unseat(self, seat: Seat) -> None:
        """An engine is gone, or taken for it."""
        self.seats.remove(seat)
        go_through(self.ledger, "go", seat.owner)

    def _is_alone(self, key: int) -> bool:
        """Is nobody at work for a run whose engine is gone? An agent that lives waits for the next one of its own."""
        owner = self.ledger.runs[key].owner
        return not any(
            agent.alive and owner in agent.engines for agent in self.agents if agent.machines is self.machines
        )

    def _spooled(self) -> list[tuple[int, Report]]:
        return [(agent.engine, report) for agent in self.agents for report in agent.spool]

    def working(self) -> list[Agent]:
        """The agents that engines have, those of frozen ones too."""
        return [seat.agent for seat in (*self.seats, *self.frozen)]

    # --- time -------------------------------------------------------------------------------------------

    def turn(self) -> None:
        """Ten milliseconds go by: engines work, their writers write, workers begin what waits, desks look."""
        for seat in (*self.seats, *self.frozen):
            for _ in range(2):
                self.now += 0.005
                seat.turn()
                if self._goes():
                    seat.writer.write()
                if self._goes():
                    seat.writer.answer()
                if self._goes():
                    seat.find_results()
            if self._goes():
                self.begin_next(seat.agent)
        for seat in tuple(self.seats):
            if self._goes():
                self.desks[seat.owner].look()

    def _goes(self) -> bool:
        return not self.slow or self.chance.random() < 0.4

    def begin_next(self, agent: Agent) -> None:
        """Workers that are free begin what waits."""
        while (key := agent.next_to_begin()) is not None:
            agent.begin(key)
