"""What all drivers share: the command line, the warm-up, the clock, the check of the answer, the line of JSON.

A driver defines `opened(workload, folder)`: a context manager that starts what the tool keeps running (pools, servers,
clients, databases) and yields a builder. The builder takes a `Size` and returns a `Trial`: all is defined, nothing is
submitted. Only `Trial.run` is timed, from the submission to the final result, or to the final commit where the tool
has one. `Trial.answer` then says what came out; `check` holds it against the truth.

Standard library only, as this runs in every tool's environment.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.workloads import WORKLOADS, Size, answer

BUDGET = 60.0
"""Seconds that one tool may spend on the repetitions of one workload."""

SLOW = 10.0
"""Seconds from which on a repetition is done at most `SLOW_REPEATS` times."""

SLOW_REPEATS = 3

REST = 0.5
"""Seconds before each repetition, when nothing waits to be written any more: no tool pays for what another left."""

REST_OF_TABLES = 3.0
"""The same where tables are kept: the disk of a virtual machine has a budget, and 100 MB after 100 MB uses it up."""

QUIET = 0.03
"""The share of the cores that may be busy when a repetition begins."""

STOLEN = 0.001
"""The share of the cores that a virtual machine's host may give to others during a repetition. One with more is made
again, within the budget and `repeat` times at most, whichever tool it is; what it took is in the results too."""

PATIENCE = 8.0
"""Seconds that are waited for that at most."""


@dataclass(frozen=True)
class Trial:
    """One run, ready to be submitted. `answer` gets what `run` returned, after the clock has stopped."""

    run: Callable[[], Any]
    answer: Callable[[Any], int] = int


Builder = Callable[[Size], Trial]
Opened = Callable[[str, Path], AbstractContextManager[Builder]]


@dataclass(frozen=True)
class Peer:
    """A tool as its driver presents it.

    `kept` says for each workload, in words, what is on disk when the run is over, and `notes` how the tool was used.
    The key "" stands for all workloads that have no entry.
    """

    name: str
    distribution: str | None
    opened: Opened
    kept: Mapping[str, str]
    notes: Mapping[str, str]

    @property
    def version(self) -> str:
        """Of the installed distribution, or of Python for what comes with it."""
        return version(self.distribution) if self.distribution else sys.version.split()[0]


class OutOfTime(BaseException):
    """The budget was spent in the middle of a run. No Exception, which tools take for the failure of a task."""


class WrongAnswer(Exception):
    """The tool's run ended, but not with what the workload comes to."""


def main(peer: Peer, arguments: list[str] | None = None) -> int:
    """Measure one workload. A line of JSON after each repetition: the last one stands if we are killed."""
    parser = argparse.ArgumentParser(prog=f"benchmarks.peers.{peer.name}")
    parser.add_argument("--workload", required=True, choices=sorted(WORKLOADS))
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args(arguments)
    try:
        measure(peer, options.workload, options.repeat)
    except Exception as error:
        traceback.print_exc()
        say(peer, options.workload, [], error=f"{type(error).__name__}: {error}")
        return 1
    return 0


def measure(peer: Peer, key: str, repeat: int) -> None:
    """Open the tool, run small once, then run in full until `repeat` or the budget is reached."""
    workload = WORKLOADS[key]
    seconds: list[float] = []
    disturbed: list[float] = []
    taken = 0.0
    with tempfile.TemporaryDirectory() as folder, peer.opened(key, Path(folder)) as build:
        timed(build, key, workload.warm_up)
        while wants_more(seconds, repeat, sum(disturbed)):
            settle(REST_OF_TABLES if workload.full.rows else REST)
            before = ticks()
            try:
                with budget(BUDGET - sum(seconds) - sum(disturbed)):
                    took = timed(build, key, workload.full)
            except OutOfTime:
                say(peer, key, seconds, over=BUDGET)
                raise
            share = stolen(before, ticks())
            again = len(disturbed) < repeat and sum(seconds) + sum(disturbed) + 2 * took <= BUDGET
            if share is not None and share > STOLEN and again:
                disturbed.append(took)
                continue
            seconds.append(took)
            taken += 0.0 if share is None else share * took
            say(peer, key, seconds, stolen=None if share is None else taken / sum(seconds), disturbed=disturbed)


def settle(rest: float) -> None:
    """Have the machine as one would find it, off the clock: nothing waits to be written, and `rest` seconds were quiet.

    What a tool left behind (memory given back, servers that end) keeps cores busy for a while. It is waited for, but
    not for ever: a tool's own servers may never rest.
    """
    os.sync()
    limit = time.monotonic() + PATIENCE
    before = ticks()
    time.sleep(rest)
    while busy(before, before := ticks()) > QUIET and time.monotonic() < limit:
        time.sleep(REST)


@contextmanager
def budget(seconds: float) -> Iterator[None]:
    """Raise `OutOfTime` in the main thread when `seconds` are over."""

    def late(_number: int, _frame: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def wants_more(seconds: list[float], repeat: int, spent: float = 0.0) -> bool:
    """Whether another repetition is asked for and will likely end within the budget, of which `spent` is gone."""
    if not seconds:
        return True
    if max(seconds) > SLOW:
        repeat = min(repeat, SLOW_REPEATS)
    return len(seconds) < repeat and sum(seconds) + spent + seconds[-1] <= BUDGET


def timed(build: Builder, key: str, size: Size) -> float:
    """Seconds of one run. Raises `WrongAnswer`."""
    trial = build(size)
    begun = time.perf_counter()
    result = trial.run()
    took = time.perf_counter() - begun
    check(trial.answer(result), answer(key, size))
    return took


def ticks() -> list[int]:
    """What the cores did since the machine started, by the first line of `/proc/stat` (Linux); else nothing."""
    try:
        return [int(count) for count in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return []


def stolen(before: list[int], after: list[int]) -> float | None:
    """The share of all cores' time that this machine's host gave to others, from 0 to 1; None where nobody counts."""
    shares = _shares(before, after)
    return shares[7] if shares else None


def busy(before: list[int], after: list[int]) -> float:
    """The share of all cores' time that was not idle, from 0 to 1; 0 where nobody counts. Waits for a disk are idle."""
    shares = _shares(before, after)
    return 1.0 - shares[3] - shares[4] if shares else 0.0


def _shares(before: list[int], after: list[int]) -> list[float]:
    """What part of all cores' time went to user, nice, system, idle, iowait, irq, softirq and steal; [] where nobody
    counts. The two columns after these, guests', are counted in the first two already.
    """
    spent = [late - early for early, late in zip(before[:8], after[:8], strict=True)]
    return [one / sum(spent) for one in spent] if len(spent) == 8 and sum(spent) else []


def check(got: int, due: int) -> None:
    """Raises `WrongAnswer`."""
    if got != due:
        raise WrongAnswer(f"the run came to {got}, not {due}")


def say(
    peer: Peer,
    key: str,
    seconds: list[float],
    error: str | None = None,
    over: float | None = None,
    stolen: float | None = None,
    disturbed: list[float] | None = None,
) -> None:
    """Print the result so far as one line of JSON; `over` is the budget that a run did not keep."""
    line = {
        "peer": peer.name,
        "version": peer.version,
        "workload": key,
        "seconds": seconds,
        "kept": peer.kept.get(key, peer.kept.get("", "")),
        "note": peer.notes.get(key, peer.notes.get("", "")),
        "error": error,
        "over": over,
        "stolen": stolen,
        "disturbed": disturbed or [],
    }
    print(json.dumps(line), flush=True)
