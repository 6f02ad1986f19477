"""What tasks reported and used, thinned out where there is too much."""

from __future__ import annotations

from typing import Any

import pytest

from penstock.store import metrics
from penstock.store.database import Database
from penstock.store.rows import Commit, NewMetric, NewSample
from penstock.store.write import apply
from penstock.wire.runs import RunMetrics
from tests.store import made
from tests.store.wired import assert_wire

SECOND = 1_000_000


def metrics_of(database: Database, *commits: Commit) -> dict[str, Any]:
    with database.write() as connection:
        for commit in commits:
            apply(connection, commit)
    with database.read() as connection:
        found = metrics.run_metrics(connection, made.KEY)
    assert_wire(RunMetrics, found)
    return found


def sample(at: int, n: int = 1, seq: int = 0, rss: int = 5) -> NewSample:
    return NewSample(made.KEY, seq, n, made.AT + at * SECOND, at / 2, rss, at, at * 2)


def test_a_run_that_told_nothing(database: Database) -> None:
    assert metrics_of(database, made.first_commit()) == {"points": [], "series": [], "cut": False}


def test_every_value_of_every_figure(database: Database) -> None:
    told = [
        NewMetric(made.KEY, 0, 1, made.AT + 1, "loss", 0.5, None),
        NewMetric(made.KEY, 0, 1, made.AT, "loss", 0.9, None),
        NewMetric(made.KEY, 1, 2, made.AT, "rows", 7.0, "rows"),
    ]  # fmt: skip
    tasks = [made.task_run(0), made.task_run(1, map_index=4, label="JFK", generation=2)]
    found = metrics_of(database, Commit(new_runs=[made.run()], new_task_runs=tasks, metrics=told))
    assert [(point["task"], point["name"], point["value"]) for point in found["points"]] == [
        ("task0", "loss", 0.9), ("task0", "loss", 0.5), ("task1", "rows", 7.0),
    ]  # fmt: skip
    assert found["points"][2] == {
        "task": "task1", "map_index": 4, "label": "JFK", "generation": 2, "attempt": 2, "name": "rows", "value": 7.0,
        "unit": "rows", "at": "2013-01-01T00:00:00.000000Z",
    }  # fmt: skip
    assert not found["cut"]


def test_samples_of_each_attempt(database: Database) -> None:
    found = metrics_of(database, made.first_commit(), Commit(samples=[sample(2, n=2), sample(1), sample(0)]))
    assert [(one["attempt"], len(one["samples"])) for one in found["series"]] == [(1, 2), (2, 1)]
    assert found["series"][0]["samples"][1] == {
        "at": "2013-01-01T00:00:01.000000Z", "cpu_seconds": 0.5, "rss_bytes": 5, "read_bytes": 1, "written_bytes": 2,
    }  # fmt: skip
    assert not found["cut"]


def test_long_series_are_thinned_and_keep_their_peak_and_end(database: Database) -> None:
    samples = [sample(at, rss=99 if at == 501 else 5) for at in range(1000)]
    found = metrics_of(database, made.first_commit(), Commit(samples=samples))
    (series,) = found["series"]
    assert len(series["samples"]) == metrics.MOST_OF_ATTEMPT
    assert max(one["rss_bytes"] for one in series["samples"]) == 99
    assert series["samples"][-1]["cpu_seconds"] == 999 / 2
    times = [one["at"] for one in series["samples"]]
    assert times == sorted(times)
    assert found["cut"]


def test_long_figures_are_thinned_and_keep_first_and_last(database: Database) -> None:
    told = [NewMetric(made.KEY, 0, 1, made.AT + at, "loss", float(at), None) for at in range(1000)]
    found = metrics_of(database, made.first_commit(), Commit(metrics=told))
    values = [point["value"] for point in found["points"]]
    assert 200 < len(values) <= metrics.MOST_OF_FIGURE
    assert (values[0], values[-1]) == (0.0, 999.0)
    assert found["cut"]


def test_there_is_never_too_much(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST_ATTEMPTS", 2)
    monkeypatch.setattr(metrics, "MOST_SAMPLES", 40)
    monkeypatch.setattr(metrics, "MOST_POINTS", 5)
    monkeypatch.setattr(metrics, "MOST_READ", 8)
    samples = [sample(at, seq=seq) for seq, many in enumerate([30, 10, 50]) for at in range(many)]
    told = [NewMetric(made.KEY, 0, 1, made.AT + at, f"f{at}", float(at), None) for at in range(9)]
    found = metrics_of(database, made.first_commit(3), Commit(samples=samples, metrics=told))
    assert [(one["task"], len(one["samples"])) for one in found["series"]] == [("task0", 20), ("task2", 20)]
    assert [point["value"] for point in found["points"]] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert found["cut"]
