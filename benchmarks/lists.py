"""`python -m benchmarks.lists HOME`: what pages of the list of runs cost in the store, on a home that `seed` filled.

Four queries are those of the target; the others are the pairs of filter and order that a person can choose. The page is
read whole, with labels, on a warm cache, with as many different values and places as there are repetitions.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from penstock.store.connection import Connection
from penstock.store.database import open_database
from penstock.store.filters import RunFilter
from penstock.store.runs import count_runs, list_runs

DAY = 86_400.0
#: The target over HTTP is 10 ms at the median and 40 ms at the 95th percentile.
MEDIAN, P95 = 0.006, 0.030


#: For each value that is chosen by chance.
_PIPELINES = ("flights", "hourly_clicks", "stock_levels", "recommendations", "claims_monthly")
_NAMESPACES = ("default", "sales", "web", "finance", "plant")
_TEXTS = ("merge keys", "tailnum", "warehouse-3", "gib for an array", "sku_id", "row 4", "nowhere to be found")


@dataclass(frozen=True)
class Query:
    """A kind of page: a filter, of whose values that are lists one is taken by chance, and an order.

    `days`: how long a range of dates is asked for, somewhere in the year. `#` stands for a number.
    """

    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    sort: str = "-created_at"
    days: float | None = None
    target: bool = False

    def make(self, chance: random.Random, now: float) -> RunFilter:
        """The filter of one repetition."""
        facts: dict[str, Any] = {}
        for name, value in self.facts.items():
            one = chance.choice(value) if isinstance(value, tuple) else value
            if isinstance(one, str):
                one = one.replace("#", str(chance.randrange(1, 20_000)))
            facts[name] = one if name in ("q", "duration_gt") else tuple(one) if isinstance(one, list) else (one,)
        if self.days is not None:
            end = now - chance.uniform(0, 364) * DAY
            facts |= {"created_after": end - self.days * DAY, "created_before": end}
        return RunFilter(**facts)


QUERIES = (
    Query("state and date", {"state": "failed"}, days=30, target=True),
    Query("pipeline", {"pipeline": _PIPELINES}, target=True),
    Query("label", {"label": "ticket=OPS-#"}, target=True),
    Query("text in error", {"q": _TEXTS}, target=True),
    Query("nothing"),
    Query("common label", {"label": "team=web"}),
    Query("label's name", {"label": "incident"}),
    Query("label and date", {"label": "owner=ada"}, days=30),
    Query("label and state", {"label": "owner=ada", "state": "failed"}),
    Query("label, state that none has", {"label": "owner=ada", "state": "paused"}),
    Query("without a label", {"label": "!owner"}),
    Query("state that none has", {"state": "running"}),
    Query("not succeeded", {"state": "!succeeded"}),
    Query("several states", {"state": ["failed", "warning", "cancelled"]}),
    Query("pipeline and state", {"pipeline": _PIPELINES, "state": "failed"}),
    Query("pipeline, states", {"pipeline": _PIPELINES, "state": ["failed", "cancelled"]}),
    Query("pipeline, state, date", {"pipeline": _PIPELINES, "state": "failed"}, days=30),
    Query("pipeline, state that it has not", {"pipeline": "flights", "state": "paused"}),
    Query("namespace and state", {"namespace": _NAMESPACES, "state": "failed"}),
    Query("pipeline of another namespace", {"pipeline": "flights", "namespace": "web"}),
    Query("type", {"type": "backfill"}),
    Query("type that none has", {"type": "debug"}),
    Query("trigger", {"trigger": "completion"}),
    Query("trigger that none has", {"trigger": "retry"}),
    Query("tag", {"tag": "seeded"}),
    Query("tag that none has", {"tag": "nightly"}),
    Query("longer than", {"duration_gt": 20_000.0}),
    Query("text and pipeline", {"q": _TEXTS, "pipeline": "sensor_quality"}),
    Query("text and date", {"q": _TEXTS}, days=30),
    Query("longest", sort="-duration"),
    Query("shortest", sort="duration"),
    Query("largest", sort="-bytes"),
    Query("last ended", sort="-ended_at"),
    Query("first started", sort="started_at"),
    Query("longest of a pipeline", {"pipeline": _PIPELINES}, sort="-duration"),
    Query("shortest of a slow pipeline", {"pipeline": "claims_monthly"}, sort="duration"),
    Query("longest failed", {"state": "failed"}, sort="-duration"),
    Query("longest of a month", sort="-duration", days=30),
    Query("shortest of a label", {"label": "owner=ada"}, sort="duration"),
    Query("longest with a text", {"q": _TEXTS}, sort="-duration"),
    Query("largest of a state and date", {"state": "failed"}, sort="-bytes", days=30),
)


def main(arguments: list[str] | None = None) -> int:
    """Print a row a query, or one JSON document; 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("home", help="the home that was filled, or the address of a PostgreSQL database")
    parser.add_argument("--repeat", type=int, default=60, help="pages of each kind (default: 60)")
    parser.add_argument("--only", help="kinds with this text in their name")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    address = options.home if "://" in options.home else Path(options.home) / "penstock.db"
    database = open_database(address, create=False)
    with database.read() as connection:
        runs, exact = count_runs(connection, limit=10_000_000)
        assert exact
        results = {
            query.name: measure(connection, query, options.repeat)
            for query in QUERIES
            if options.only is None or options.only in query.name
        }
    if options.json:
        print(json.dumps({"runs": runs, "queries": results}, indent=1))
    else:
        show(runs, results)
    return int(any(one["target"] and not one["met"] for one in results.values()))


def measure(connection: Connection, query: Query, repeat: int) -> dict[str, Any]:
    """Seconds of first pages and of the pages after them."""
    chance, now = random.Random(3), time.time()
    seconds, rows = [], 0
    for _ in range(max(1, repeat // 2)):
        chosen, cursor = query.make(chance, now), None
        for _ in range(2):
            began = time.perf_counter()
            page = list_runs(connection, chosen, query.sort, cursor=cursor)
            seconds.append(time.perf_counter() - began)
            rows += len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
    median, p95 = statistics.median(seconds), sorted(seconds)[int(len(seconds) * 0.95)]
    return {
        "median": median, "p95": p95, "largest": max(seconds), "rows": rows / len(seconds), "target": query.target,
        "met": median <= MEDIAN and p95 <= P95,
    }  # fmt: skip


def show(runs: int, results: dict[str, dict[str, Any]]) -> None:
    """A table for people."""
    table = Table("page of", "rows", "median ms", "p95 ms", "largest ms", title=f"{runs:,} runs")
    for name, one in results.items():
        mark = " *" if one["target"] else ""
        times = [f"{one[key] * 1000:.2f}" for key in ("median", "p95", "largest")]
        table.add_row(name + mark, f"{one['rows']:.0f}", *times, style=None if one["met"] else "red")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
