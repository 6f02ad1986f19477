"""Counts until a file says that it may end, so that a journey can look at a run for as long as it likes."""

import itertools
import time
from pathlib import Path

from penstock import Pipeline, run

slow = Pipeline("slow", description="Goes on until the file `gate` exists.", params={"gate": "", "steps": 20})


@slow.task
def begin(steps: int) -> int:
    return steps


@slow.task
def count(begin: int, gate: str) -> int:
    for step in itertools.count(1):
        done = min(step, begin)
        run.progress(done, begin)
        run.metric("step", done)
        print(f"step {step} of {begin}", flush=True)
        if gate and Path(gate).exists():
            return done
        time.sleep(0.05)
    raise AssertionError("itertools.count ends never")


@slow.task
def end(count: int) -> int:
    return count
