"""`python -m benchmarks.kedro`: Kedro projects recorded, run and shown, beside Kedro and Kedro-Viz themselves."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks.kedro.cost import cost
from benchmarks.kedro.opening import opening
from benchmarks.kedro.runners import runners, spaceflights
from benchmarks.page.figures import Figure
from benchmarks.parts import add_options, chosen, measure


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when something could not be measured."""
    options = parse(arguments)
    return measure(parts(options), options.only, "Kedro projects", "kedro-", options.json)


def parts(options: argparse.Namespace) -> dict[str, Callable[[], Iterator[Figure]]]:
    """What can be measured, in this order."""
    return {
        "recorder": lambda: cost(options.times, not options.no_install),
        "runners": lambda: runners(options.times, options.whole),
        "spaceflights": lambda: spaceflights(options.times),
        "opening": lambda: opening(options.times, not options.no_install),
    }


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kedro", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="how often each is measured (default: 3)")
    parser.add_argument("--whole", action="store_true", help="ParallelRunner with 500 nodes too: four minutes more")
    add_options(parser, "recorder,opening")
    options = parser.parse_args(arguments)
    options.only = chosen(parser, options.only, parts(options))
    return options


if __name__ == "__main__":
    sys.exit(main())
