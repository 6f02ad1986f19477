"""`python -m tests.crash`: drills for as long as is asked, their figures, and the seeds of those that went wrong."""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.crash.drill import WORDS, Result, kill_one


def main() -> int:
    """Exit status 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long (default: 600)")
    parser.add_argument("--seed", type=int, default=0, help="of the first drill (default: 0)")
    parser.add_argument("--victims", default=",".join(WORDS), help=f"whom to kill (default: {','.join(WORDS)})")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    results: list[Result] = []
    for seed, victim in zip(itertools.count(options.seed), itertools.cycle(options.victims.split(",")), strict=False):
        if time.monotonic() > end:
            break
        with tempfile.TemporaryDirectory() as folder:
            result = kill_one(Path(folder), seed, victim)
        results.append(result)
        print(
            f"{seed:5} {victim:10} {result.state:20} {result.recovered:6.2f} s  {result.began:3} tasks begun",
            flush=True,
        )
        for law in result.broken:
            print(f"      broken: {law}", flush=True)
    for victim in dict.fromkeys(result.victim for result in results):
        those = [result for result in results if result.victim == victim]
        times, broken = [result.recovered for result in those], sum(bool(result.broken) for result in those)
        took = f"over after {statistics.median(times):.2f} s, {max(times):.2f} at most"
        print(f"{victim:10} {len(times):3} times: {took}; {broken} broken")
    return 1 if any(result.broken for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
