"""`python -m tests.simulation`: histories for as long as is asked; seeds that go wrong are printed and kept."""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from typing import Final

from tests.simulation.history import History
from tests.simulation.kept import keep

#: Seeds that are kept at a time: of an engine that is wrong in every history the first few say enough.
KEPT: Final = 5


def main() -> int:
    """Exit status 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long, of one core (default: 60)")
    parser.add_argument("--seed", type=int, default=0, help="the first one (default: 0)")
    parser.add_argument("--show", action="store_true", help="only that one, with all that happened")
    options = parser.parse_args()
    if options.show:
        return _show(options.seed)
    start, lived, wrong = time.process_time(), 0, 0
    for seed in itertools.count(options.seed):
        if time.process_time() - start > options.seconds:
            break
        lived += 1
        try:
            History(seed).run()
        except Exception as error:
            wrong += 1
            if wrong <= KEPT:
                keep(seed, f"{type(error).__name__}: {error}")
            print(f"seed {seed}: {type(error).__name__}: {error}", flush=True)
    rate = lived * 60 / (time.process_time() - start)
    print(f"{lived} histories, {wrong} wrong; {rate:.0f} a minute of one core")
    return 1 if wrong else 0


def _show(seed: int) -> int:
    history = History(seed)
    print("troubles:", *sorted(history.troubles))
    for task in history.world.specs[-1].tasks.values():
        facts = f"after {', '.join(task.inputs) or 'nothing'}, {task.trigger}, {task.retry.attempts} attempts"
        print(f"  {task.name}: {task.role}, {facts}, on_lost={task.on_lost}")
    try:
        history.run()
    finally:
        print("what happened:", *history.told)
        for event in history.world.ledger.events:
            print(f"  {event.at / 1e6:.6f} {event.run_key} {event.seq} {event.n} {event.kind} {event.data or ''}")
        for command in history.world.ledger.commands.values():
            print(f"  {command.id} {command.kind} {command.arguments}: {command.state} {command.outcome}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
