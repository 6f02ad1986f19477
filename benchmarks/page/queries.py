"""Lists of runs and documents over HTTP, in a store with many runs."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from benchmarks.page.figures import Figure, absent, percentile, spread
from benchmarks.page.serving import Server

TIMES = 200
MEDIAN, MOST = 10.0, 40.0
DOCUMENT = 50.0
_NOISE = frozenset(("the", "a", "of", "in", "to", "is", "was", "not", "no", "and", "for", "at"))


def lists(server: Server, times: int = TIMES) -> Iterator[Figure]:
    """Pages of 50, each asked `times` times with other values."""
    with server.client() as client:
        known = Known(client)
        for what, choose in known.questions().items():
            samples = []
            rows = 0
            used = server.cpu_seconds()
            for at in range(times + 5):
                params = choose()
                begun = time.perf_counter()
                answer = client.get("runs", params=params)
                elapsed = (time.perf_counter() - begun) * 1000
                answer.raise_for_status()
                if at >= 5:  # a connection and the first pages of an index are not what is measured
                    samples.append(elapsed)
                    rows += len(answer.json()["items"])
            median, most = spread("lists", f"50 runs {what}", samples, "ms", MEDIAN, MOST)
            used = (server.cpu_seconds() - used) / (times + 5) * 1000
            note = f"{median.note}; {rows / times:.0f} rows a page, {used:.1f} ms of the server's CPU"
            yield replace(median, note=note)
            yield most


class Known:
    """What the store's runs are called, learned by looking, so that any store can be asked."""

    def __init__(self, client: httpx2.Client) -> None:
        self._chance = random.Random(1)
        pages = [
            client.get("runs", params={"limit": 500, "state": state}).json()["items"]
            for state in ("succeeded", "failed")
        ]
        runs = [run for page in pages for run in page]
        if not runs:
            raise RuntimeError("there are no runs to ask for")
        oldest = client.get("runs", params={"sort": "created_at", "limit": 1}).json()["items"]
        newest = client.get("runs", params={"limit": 1}).json()["items"]
        self._since, self._until = (datetime.fromisoformat(one[0]["created_at"]) for one in (oldest, newest))
        self._pipelines = sorted({run["pipeline"] for run in runs})
        self._labels = sorted({f"{key}={value}" for run in runs for key, value in run["labels"].items()})
        self._words = sorted({word for run in runs for word in _words(run)})

    def questions(self) -> dict[str, Any]:
        """What is asked: each gives the parameters of one request."""
        return {
            "by state and date": lambda: {"state": "failed", **self._days(), "sort": "-created_at"},
            "of a pipeline": lambda: {"pipeline": self._chance.choice(self._pipelines)},
            "with a label": lambda: {"label": self._chance.choice(self._labels)},
            "with a text in the error": lambda: {"q": self._chance.choice(self._words)},
            "newest first": dict,
            "longest first": lambda: {"sort": "-duration"},
            "of a pipeline in a state, within a month": lambda: {
                "pipeline": self._chance.choice(self._pipelines), "state": "failed", **self._days(30),
            },
        }  # fmt: skip

    def _days(self, days: int = 14) -> dict[str, str]:
        room = max(self._until - self._since - timedelta(days=days), timedelta())
        start = self._since + room * self._chance.random()
        return {"created_after": _iso(start), "created_before": _iso(start + timedelta(days=days))}


def document(server: Server, run: str, times: int = 50) -> Iterator[Figure]:
    """A run of 1,000 tasks, whole, as a program gets it, and as the browser does that has it already."""
    with server.client() as client:
        address = f"runs/{run}"
        whole, again = [], []
        tag, size, tasks = "", 0, 0
        used = 0.0
        for _ in range(times):
            before, begun = server.cpu_seconds(), time.perf_counter()
            answer = client.get(address)
            whole.append((time.perf_counter() - begun) * 1000)
            used += (server.cpu_seconds() - before) * 1000 / times
            answer.raise_for_status()
            tag, size, tasks = answer.headers.get("etag", ""), len(answer.content), len(answer.json()["tasks"])
            begun = time.perf_counter()
            same = client.get(address, headers={"If-None-Match": tag})
            again.append((time.perf_counter() - begun) * 1000)
            if same.status_code != 304:
                yield absent("document", "run document not changed", f"status {same.status_code}")
                return
        note = f"{tasks:,} tasks, {size / 1e6:.1f} MB of JSON, gzip on the way; {used:.0f} ms of the server's CPU"
        yield Figure("document", "run document, median", percentile(whole, 0.5), "ms", DOCUMENT, note=note)
        yield Figure("document", "run document, 95th percentile", percentile(whole, 0.95), "ms", DOCUMENT)
        yield Figure("document", "the same, not changed (304), median", percentile(again, 0.5), "ms")


def _words(run: dict[str, Any]) -> list[str]:
    error = run.get("error") or {}
    words = [word.strip(".,:;'\"()") for word in (error.get("message") or "").split()]
    return [word for word in words if len(word) > 3 and word.lower() not in _NOISE]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
