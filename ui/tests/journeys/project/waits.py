"""Goes from task to task as files allow it: what can be done to a run that goes on."""

import time
from pathlib import Path

from penstock import Pipeline

waits = Pipeline("waits", namespace="shop", params={"gate": "", "factor": 2})


def passed(gate: str, name: str) -> None:
    while gate and not Path(f"{gate}-{name}").exists():
        time.sleep(0.05)


@waits.task
def first(gate: str) -> int:
    passed(gate, "first")
    return 3


@waits.task
def second(first: int, factor: int) -> int:
    if factor == 0:
        raise ValueError("the factor is nothing")
    return first * factor


@waits.task(after=["second"])
def third(gate: str) -> int:
    passed(gate, "third")
    return 1
