"""`python -m benchmarks.page`: fill a store, serve it, and measure what the page and its API take."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.environments import ENVIRONMENTS, HERE
from benchmarks.page import browser, kedro_viz, queries, starts
from benchmarks.page.figures import Figure, absent
from benchmarks.page.made import Maker, home_for
from benchmarks.page.serving import serving
from benchmarks.page.viewers import watching
from benchmarks.parts import add_options, chosen, measure

RUNS = 1_000_000
#: Tasks of each of them, and of how many newest ones the task runs are in the store too. Lists read none; of all, they
#: would take an hour to write.
TASKS, WHOLE = 20, 20_000
LIVE_TASKS = 60
SCHEMA = HERE.parent / "src" / "penstock" / "store"


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when something could not be measured."""
    options = parse(arguments)
    return measure(parts(options), options.only, "Penstock's page and API", "page-", options.json)


def parts(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[Figure]]]:
    """What can be measured, in this order."""
    return {
        "up": starts.starts,
        "site": browser.site,
        "lists": lambda: _lists(options.runs, min(options.whole, options.runs)),
        "document": _document,
        "stream": _stream,
        "graph": _graph,
        "gantt": _gantt,
        "log": _log,
        "kedro-viz": lambda: kedro_viz.beside(1_000, 1_500, not options.no_install),
    }


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"runs in the store of the lists (default: {RUNS:,})")
    parser.add_argument("--whole", type=int, default=WHOLE, help=f"of which with task runs (default: {WHOLE:,})")
    add_options(parser, "lists,graph")
    options = parser.parse_args(arguments)
    options.only = chosen(parser, options.only, parts(options))
    return options


def _lists(runs: int, whole: int) -> Iterator[Figure]:
    with serving(seeded(runs, whole)) as server:
        yield from queries.lists(server)
        yield from browser.first_visit(server, "/runs", "succeeded")


def seeded(runs: int, whole: int) -> Path:
    """A home with so many runs, made once by `benchmarks.seed` and kept until what makes it changes."""
    recipe = hashlib.sha256()
    for each in sorted([HERE / "seed.py", *(HERE / "seeding").glob("*.py"), *SCHEMA.rglob("*.sql")]):
        recipe.update(each.read_bytes())
    home = ENVIRONMENTS / f"runs-{runs}-{whole}-{recipe.hexdigest()[:8]}"
    ready = home / "ready.txt"
    if not ready.is_file():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(mode=0o700)
        amounts = ["--runs", str(runs), "--tasks", str(TASKS), "--whole", str(whole)]
        command = [sys.executable, "-m", "benchmarks.seed", *amounts, "--home", str(home)]
        subprocess.run(command, check=True, cwd=HERE.parent)
        ready.write_text("whole\n")
    return home


def _document() -> Iterator[Figure]:
    with _made() as (home, maker):
        run = maker.graph(1_000, 1_500)
        with serving(home) as server:
            yield from queries.document(server, run)


def _stream() -> Iterator[Figure]:
    with _made() as (home, maker):
        one, many = maker.live(LIVE_TASKS), maker.live(LIVE_TASKS)
        with serving(home) as server:
            yield from browser.latency(server, one, LIVE_TASKS, 1)
            with watching(server, many.id, 99) as viewers:
                yield from browser.latency(server, many, LIVE_TASKS, 100)
                lost = 99 - viewers.count
                if lost:
                    yield absent("stream", "99 streams", f"{lost} of them ended")


def _graph() -> Iterator[Figure]:
    with _made() as (home, maker):
        small, large = maker.graph(1_000, 1_500), maker.graph(5_000, 7_500)
        with serving(home) as server:
            visit = {"ready": {"canvas": True}, "then": "pan"}
            small_visit = visit | {"path": f"/runs/{small}/workflow"}
            yield from browser.drawn(server, "graph", "Workflow, 1,000 nodes, 1,500 edges", small_visit, 1.0)
            large_visit = visit | {"path": f"/runs/{large}/workflow"}
            yield from browser.drawn(server, "graph", "Workflow, 5,000 nodes, 7,500 edges", large_visit, 2.0)


def _gantt() -> Iterator[Figure]:
    with _made() as (home, maker):
        visit = {"path": f"/runs/{maker.bars(10_000)}/gantt", "ready": {"canvas": True}, "then": "pan"}
        with serving(home) as server:
            yield from browser.drawn(server, "gantt", "Gantt, 10,000 bars", visit, 2.0)


def _log() -> Iterator[Figure]:
    with _made() as (home, maker):
        visit = {"path": f"/runs/{maker.log(1_000_000)}/logs", "ready": {"text": "line 1"}, "then": "scroll"}
        with serving(home) as server:
            yield from browser.drawn(server, "log", "Log, 1,000,000 lines", visit, 2.0)


class _made:  # noqa: N801 - used as a function
    """A home of its own, with a maker."""

    def __init__(self) -> None:
        self._place = tempfile.TemporaryDirectory(dir=ENVIRONMENTS, ignore_cleanup_errors=True)

    def __enter__(self) -> tuple[Path, Maker]:
        home = home_for(Path(self._place.name))
        self._maker = Maker(home)
        return home, self._maker

    def __exit__(self, *_: object) -> None:
        self._maker.close()
        self._place.cleanup()


if __name__ == "__main__":
    sys.exit(main())
