"""What tasks reported, and what their processes used over time; thinned out where there is more than anyone can see."""

from __future__ import annotations

from typing import Any, Final

from penstock.store.connection import Connection
from penstock.store.times import iso

#: Values of one figure of an attempt that are told, and of all together.
MOST_OF_FIGURE: Final = 300
MOST_POINTS: Final = 20_000
#: Rows of figures that are looked at: the last ones.
MOST_READ: Final = 200_000
#: Samples of an attempt, attempts (those with the most samples), and samples of all together.
MOST_OF_ATTEMPT: Final = 300
LEAST_OF_ATTEMPT: Final = 20
MOST_ATTEMPTS: Final = 1000
MOST_SAMPLES: Final = 30_000

#: The last value of each bucket, and the first one of all. The window's parts are figures of attempts.
_POINTS: Final = """
WITH read AS (SELECT id, seq, n, name, value, unit, at FROM metric WHERE run_key = ? ORDER BY id DESC LIMIT ?),
placed AS (SELECT read.*, row_number() OVER part AS place, count(*) OVER (PARTITION BY seq, n, name) AS many FROM read
WINDOW part AS (PARTITION BY seq, n, name ORDER BY at, id))
SELECT task.task, task.map_index, task.label, task.generation, placed.n, name, value, unit, at FROM placed
JOIN task_run_row AS task ON task.run_key = ? AND task.seq = placed.seq
WHERE many <= ? OR place = 1 OR place * ? / many > (place - 1) * ? / many
ORDER BY placed.seq, placed.n, at, id LIMIT ?"""
#: A bucket keeps its last moment and its peak of memory; the other figures only grow.
_SAMPLES: Final = """
WITH chosen AS (SELECT seq, n, count(*) AS many FROM sample WHERE run_key = ? GROUP BY seq, n
ORDER BY many DESC, seq, n LIMIT ?),
placed AS (SELECT sample.*, many, row_number() OVER (PARTITION BY sample.seq, sample.n ORDER BY at) - 1 AS place
FROM sample JOIN chosen ON chosen.seq = sample.seq AND chosen.n = sample.n WHERE run_key = ?)
SELECT task.task, task.map_index, task.label, task.generation, placed.seq, placed.n, max(at), max(cpu_seconds),
max(rss_bytes), max(read_bytes), max(written_bytes), max(many) FROM placed
JOIN task_run_row AS task ON task.run_key = ? AND task.seq = placed.seq
GROUP BY task.task, task.map_index, task.label, task.generation, placed.seq, placed.n,
CASE WHEN many <= ? THEN place ELSE place * ? / many END
ORDER BY placed.seq, placed.n, max(at)"""


def run_metrics(connection: Connection, key: int) -> dict[str, Any]:
    """Figures and samples of a run, as wire.RunMetrics."""
    points, cut = _points(connection, key)
    series, thinned = _series(connection, key)
    return {"points": points, "series": series, "cut": cut or thinned}


def _points(connection: Connection, key: int) -> tuple[list[dict[str, Any]], bool]:
    row = connection.one(
        "SELECT count(*) FROM (SELECT 1 FROM metric WHERE run_key = ? LIMIT ?) AS part", (key, MOST_READ + 1)
    )
    stored = 0 if row is None else int(row[0])
    most = MOST_OF_FIGURE
    rows = connection.all(_POINTS, (key, MOST_READ, key, most, most - 1, most - 1, MOST_POINTS))
    points = [
        {
            "task": task,
            "map_index": None if map_index == -1 else map_index,
            "label": label,
            "generation": generation,
            "attempt": n,
            "name": name,
            "value": value,
            "unit": unit,
            "at": iso(at),
        }
        for task, map_index, label, generation, n, name, value, unit, at in rows
    ]
    return points, len(points) < stored


def _series(connection: Connection, key: int) -> tuple[list[dict[str, Any]], bool]:
    row = connection.one("SELECT count(*) FROM (SELECT DISTINCT seq, n FROM sample WHERE run_key = ?) AS part", (key,))
    attempts = 0 if row is None else int(row[0])
    if not attempts:
        return [], False
    share = max(LEAST_OF_ATTEMPT, min(MOST_OF_ATTEMPT, MOST_SAMPLES // attempts))
    rows = connection.all(_SAMPLES, (key, MOST_ATTEMPTS, key, key, share, share))
    series: dict[tuple[int, int], dict[str, Any]] = {}
    cut = attempts > MOST_ATTEMPTS
    for task, map_index, label, generation, seq, n, at, cpu, rss, read, written, many in rows:
        cut = cut or many > share
        one = series.setdefault(
            (seq, n),
            {
                "task": task,
                "map_index": None if map_index == -1 else map_index,
                "label": label,
                "generation": generation,
                "attempt": n,
                "samples": [],
            },
        )
        one["samples"].append(
            {"at": iso(at), "cpu_seconds": cpu, "rss_bytes": rss, "read_bytes": read, "written_bytes": written}
        )
    return list(series.values()), cut
