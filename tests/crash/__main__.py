"""`python -m tests.crash`: drills for as long as is asked, a table of their figures, and the seeds that went wrong."""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.crash.drills import ASKED, Drill, all_drills
from tests.crash.outcome import Outcome


class Done(NamedTuple):
    """One drill, once."""

    drill: Drill
    seed: int
    took: float
    outcome: Outcome


def main() -> int:
    """Exit status 1 when a law was broken, or a figure is worse than what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("names", nargs="*", help="numbers of drills, or words of their names (default: all)")
    parser.add_argument("--minutes", type=float, default=60.0, help="at most (default: 60)")
    parser.add_argument("--times", type=int, help="how often each (default: as the drill says)")
    parser.add_argument("--seed", type=int, default=0, help="of the first of each (default: 0)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    end = time.monotonic() + options.minutes * 60
    done: list[Done] = []
    for drill, seed in _rounds(options.names, options.times, options.seed):
        if time.monotonic() > end:
            print("time is up: some drills were left out")
            break
        done.append(_do(drill, seed))
    print(_table(done))
    if options.json is not None:
        options.json.write_text(json.dumps(_document(done), indent=1), encoding="utf-8")
    return 1 if any(one.outcome.broken for one in done) else 0


def _rounds(names: list[str], times: int | None, first: int) -> Iterator[tuple[Drill, int]]:
    """Every drill once, then again those that are to be repeated: who has little time has done some of all."""
    chosen = [one for one in all_drills() if not names or any(_fits(one, name) for name in names)]
    for at in range(max((times or one.times for one in chosen), default=0)):
        yield from ((one, first + at) for one in chosen if at < (times or one.times))


def _fits(drill: Drill, name: str) -> bool:
    return int(name) == drill.number if name.isdigit() else name in drill.name


def _do(drill: Drill, seed: int) -> Done:
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            outcome = drill.run(Path(folder), seed)
        except Exception as error:
            outcome = Outcome({}, [f"{type(error).__name__}: {error}"])
    took = time.monotonic() - start
    print(f"{drill.number:2} {drill.name} ({seed}): {took:.1f} s", flush=True)
    for law in outcome.broken:
        print(f"      broken: {law}", flush=True)
    return Done(drill, seed, took, outcome)


def _table(done: list[Done]) -> str:
    lines = [f"{'drill':48} {'times':>5} {'broken':>6}"]
    for number, name in dict.fromkeys((one.drill.number, one.drill.name) for one in done):
        those = [one for one in done if one.drill.name == name]
        broken = sum(bool(one.outcome.broken) for one in those)
        lines.append(f"{number:2} {name:45} {len(those):5} {broken:6}")
    lines.append(f"\n{'figure':48} {'median':>8} {'most':>8} {'asked':>6}")
    for name, values in sorted(_figures(done).items()):
        asked = f"{ASKED[name]:6g}" if name in ASKED else ""
        lines.append(f"{name:48} {statistics.median(values):8.2f} {max(values):8.2f} {asked}")
    return "\n".join(lines)


def _figures(done: list[Done]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {}
    for one in done:
        for name, value in one.outcome.figures.items():
            figures.setdefault(name, []).append(value)
    return figures


def _document(done: list[Done]) -> dict[str, object]:
    return {
        "drills": [
            {"number": one.drill.number, "name": one.drill.name, "seed": one.seed, "took": one.took,
             "figures": one.outcome.figures, "broken": one.outcome.broken}
            for one in done
        ],
        "figures": {name: {"median": statistics.median(values), "most": max(values), "asked": ASKED.get(name)}
                    for name, values in _figures(done).items()},
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
