"""`python -m benchmarks.seed --runs N`: fill a store with believable runs over a year, to look at and to measure.

Every run is over, so that no engine takes one for abandoned. With `--whole M` only the newest M runs have task runs,
attempts, outputs, figures and events; without it all have. The same arguments give the same rows but for the clock.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

from benchmarks.seeding.large import fanned_out, large
from benchmarks.seeding.pipelines import Known, known, pipelines
from benchmarks.seeding.runs import Maker
from penstock.compose.home import find_home
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit, NewVersion
from penstock.store.write import apply

YEAR = 365 * 86_400.0
#: Rows that are in memory at a time, about.
_PART = 60_000


def main(arguments: list[str] | None = None) -> int:
    """Fill the store, and say how long it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.seed", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="runs over a year (default: 1000)")
    parser.add_argument("--tasks", type=int, default=20, help="tasks of each (default: 20)")
    parser.add_argument("--whole", type=int, help="newest runs that have task runs (default: all)")
    parser.add_argument("--big-run", type=int, metavar="TASKS", help="one run of so many tasks, 1.5 edges each")
    parser.add_argument("--big-gantt", type=int, metavar="ITEMS", help="one run with a fan-out of so many items")
    parser.add_argument("--home", type=Path, help="the home to fill (default: as `penstock run` finds it)")
    parser.add_argument("--database", help="another database than the home's penstock.db: a PostgreSQL address")
    parser.add_argument("--seed", type=int, default=7, help="another number gives other runs")
    options = parser.parse_args(arguments)
    home = options.home or find_home(Path.cwd(), os.environ)
    database = open_database(options.database or home / "penstock.db")
    began = time.perf_counter()
    now = time.time()
    if options.runs:
        fill(database, options.runs, options.tasks, options.whole, options.seed, now)
    chance = random.Random(options.seed)
    if options.big_run:
        one = known("atlas", "default", options.big_run, options.big_run * 3 // 2, chance, seconds=600.0)
        write(database, [one], large(one, now, chance), now)
    if options.big_gantt:
        one = known("fan", "default", 3, 2, chance, seconds=900.0)
        write(database, [one], fanned_out(one, options.big_gantt, now, chance), now)
    database.close()
    print(f"{options.runs} runs in {time.perf_counter() - began:.1f} s: {options.database or home}", file=sys.stderr)
    return 0


def fill(database: Database, runs: int, tasks: int, whole: int | None, seed: int, now: float) -> None:
    """Runs over the year before `now`, oldest first."""
    every = pipelines(tasks, seed)
    note_versions(database, every, now - YEAR)
    maker = Maker(every, seed, now - YEAR, now - 60.0, runs)
    first_whole = runs - (runs if whole is None else whole)
    part, rows = Commit(), 0
    for number in range(runs):
        is_whole = number >= first_whole
        maker.add(part, number, whole=is_whole)
        rows += 7 * tasks if is_whole else 3
        if rows >= _PART or number == runs - 1:
            with database.write() as connection:
                apply(connection, part)
            part, rows = Commit(), 0


def note_versions(database: Database, every: list[Known], at: float) -> None:
    """The pipelines' versions; the last one is the one in use."""
    rows = [
        NewVersion(one.spec.namespace, one.spec.name, version, one.text, int(at * 1_000_000) + number)
        for one in every
        for number, version in enumerate(one.versions)
    ]
    with database.write() as connection:
        apply(connection, Commit(versions=rows))


def write(database: Database, every: list[Known], commit: Commit, at: float) -> None:
    """One run, whatever it has."""
    note_versions(database, every, at)
    with database.write() as connection:
        apply(connection, commit)


if __name__ == "__main__":
    sys.exit(main())
