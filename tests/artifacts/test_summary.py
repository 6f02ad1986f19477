"""Summaries of columns: right for every type, bounded for every table."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.artifacts import ArtifactStore
from penstock.artifacts.content import Content
from penstock.artifacts.previews import array_columns, summary
from tests.artifacts.conftest import KEY, file_of


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No table is cut because the machine has other things to do."""
    monkeypatch.setattr(summary, "SECONDS", 600.0)


def summarized(store: ArtifactStore, value: Any) -> Any:
    artifact = store.put(value, KEY)
    found = Content(store.file(artifact), artifact)
    made = summary.of_table(found) if artifact.kind == "table" else array_columns.summarized(found)
    return json.loads(json.dumps(made, allow_nan=False))


def one(store: ArtifactStore, column: Any) -> Any:
    return summarized(store, pa.table({"x": column}))["columns"][0]


def bins(found: Any) -> list[tuple[str, int]]:
    return [(each["label"], each["count"]) for each in found["bins"]]


AT = datetime(2013, 1, 1, 5)
TYPES: dict[str, tuple[pa.Array, dict[str, Any]]] = {
    "whole": (pa.array([3, 1, None, 3]), {"nulls": 1, "distinct": 2, "min": 1, "max": 3, "mean": 7 / 3}),
    "tiny": (pa.array([-128, 127], pa.int8()), {"distinct": 2, "min": -128, "max": 127, "mean": -0.5}),
    "beyond JavaScript": (pa.array([2**64 - 1], pa.uint64()), {"min": 2**64 - 1, "max": 2**64 - 1}),
    "all of int64": (pa.array([-(2**63), 2**63 - 1]), {"min": -(2**63), "max": 2**63 - 1, "distinct": 2}),
    "real": (pa.array([0.5, 1.5, None]), {"nulls": 1, "distinct": 2, "min": 0.5, "max": 1.5, "mean": 1.0}),
    "half": (pa.array([np.float16(0.5)]), {"nulls": 0, "min": 0.5, "max": 0.5}),
    "not numbers": (pa.array([math.nan, None, 1.0]), {"nulls": 2, "distinct": 1, "min": 1.0, "max": 1.0, "mean": 1.0}),
    "nothing but NaN": (pa.array([math.nan]), {"nulls": 1, "distinct": 0, "min": None, "mean": None, "bins": []}),
    "infinite": (pa.array([-math.inf, 1.0, 2.0]), {"distinct": 3, "min": "-inf", "max": 2.0, "mean": None}),
    "huge": (pa.array([-1.7e308, 1.7e308]), {"min": -1.7e308, "max": 1.7e308, "bins": []}),
    "flag": (pa.array([True, False, True, None]), {"nulls": 1, "distinct": 2, "min": None, "mean": None}),
    "text": (pa.array(["b", "a", "b", None]), {"nulls": 1, "distinct": 2, "min": "a", "max": "b", "mean": None}),
    "text view": (pa.array(["b", "a"], pa.string_view()), {"distinct": 2, "min": "a"}),
    "category": (pa.array(["b", "a", "b"]).dictionary_encode(), {"distinct": 2, "min": "a", "max": "b"}),
    "decimal": (pa.array([Decimal("1.50"), Decimal("-2.25")]), {"min": "-2.25", "max": "1.50", "mean": -0.375}),
    "date": (pa.array([date(2013, 1, 2), date(2013, 1, 1)]), {"min": "2013-01-01", "max": "2013-01-02", "distinct": 2}),
    "date64": (pa.array([date(2013, 1, 2)], pa.date64()), {"min": "2013-01-02", "distinct": 1}),
    "moment": (pa.array([datetime(2013, 1, 1, 5)], pa.timestamp("ns")), {"min": "2013-01-01 05:00:00", "nulls": 0}),
    "zoned": (pa.array([AT], pa.timestamp("s", "Asia/Tokyo")), {"min": "2013-01-01 14:00:00+0900"}),
    "time": (pa.array([3600], pa.time32("s")), {"min": "01:00:00", "max": "01:00:00"}),
    "duration": (pa.array([timedelta(1)]), {"min": "1 day, 0:00:00", "distinct": 1}),
    "bytes": (pa.array([b"x", None]), {"nulls": 1, "distinct": None, "min": None, "bins": []}),
    "list": (pa.array([[1], None]), {"nulls": 1, "distinct": None, "bins": []}),
    "struct": (pa.array([{"a": 1}]), {"nulls": 0, "distinct": None, "bins": []}),
    "interval": (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), {"nulls": 0, "bins": []}),
    "null": (pa.nulls(2), {"nulls": 2, "distinct": None}),
    "empty": (pa.array([], pa.float64()), {"nulls": 0, "distinct": 0, "bins": []}),
    "empty text": (pa.array([], pa.string()), {"nulls": 0, "distinct": 0, "bins": []}),
    "empty time": (pa.array([], pa.timestamp("us")), {"nulls": 0, "distinct": 0, "bins": []}),
    "empty decimal": (pa.array([], pa.decimal128(5, 2)), {"nulls": 0, "distinct": 0, "min": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_figures(store: ArtifactStore, name: str) -> None:
    column, expected = TYPES[name]
    found = one(store, column)
    assert found["name"] == "x"
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, 2, 2, 4]), [("1", 1), ("2", 2), ("3", 0), ("4", 1)]),
        (pa.array([7, 7]), [("7", 2)]),
        (pa.array([0.25, 0.25]), [("0.25", 2)]),
        (pa.array(["a", "b", "b"]), [("b", 2), ("a", 1)]),
        (pa.array([True, True, False]), [("true", 2), ("false", 1)]),
        (pa.array([date(2013, 1, 1), date(2013, 1, 3)]), [("2013-01-01", 1), ("2013-01-02", 0), ("2013-01-03", 1)]),
    ],
)
def test_few_values_have_a_bin_each(store: ArtifactStore, column: Any, expected: Any) -> None:
    assert bins(one(store, column)) == expected


def test_many_values_share_bins(store: ArtifactStore) -> None:
    whole = bins(one(store, pa.array(range(100))))
    assert whole[0] == ("0 – 4", 5)  # noqa: RUF001 - as it is shown
    assert [count for _, count in whole] == [5] * 20
    real = bins(one(store, pa.array(np.linspace(0, 1, 1001))))
    assert real[1] == ("0.05 – 0.10", 50)  # noqa: RUF001
    days = bins(one(store, pa.array(pd.date_range("2013-01-01", periods=365 * 24, freq="h"))))
    assert days[0][0] == "2013-01-01 – 2013-01-19"  # noqa: RUF001
    assert sum(count for _, count in days) == 365 * 24
    words = bins(one(store, pa.array([f"w{at % 100}" for at in range(1000)] + ["often"] * 50)))
    assert words[0] == ("often", 50)
    assert len(words) == 20


def test_long_texts_are_cut(store: ArtifactStore) -> None:
    found = one(store, pa.array(["x" * 100_000]))
    assert (len(found["min"]), len(found["bins"][0]["label"])) == (1000, 80)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_frames(store: ArtifactStore, make: Any) -> None:
    found = summarized(store, make({"x": [1.5, float("nan")], "s": ["a", None]}))
    assert [(each["name"], each["type"], each["nulls"]) for each in found["columns"]] == [
        ("x", "float64", 1), ("s", "string", 1),
    ]  # fmt: skip


def test_a_large_table_is_looked_at_all_over(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "ROWS", 10_000)
    parts = [pa.table({"x": np.arange(at, at + 9_000)}) for at in range(0, 999_000, 9_000)]
    found = summarized(store, pa.concat_tables(parts))
    assert (found["rows"], found["rows_read"], found["cut"]) == (999_000, 10_000, False)
    (column,) = found["columns"]
    assert column["distinct"] == 10_000
    assert column["min"] == 0
    assert column["max"] > 980_000
    assert [each["count"] for each in column["bins"]] == [500] * 20


def test_no_row_is_looked_at_twice_or_left_out_of_a_small_table(store: ArtifactStore) -> None:
    table = pa.Table.from_batches([pa.record_batch({"x": pa.array(range(at), pa.int64())}) for at in (0, 1, 0, 5, 3)])
    found = summarized(store, table)
    assert (found["rows_read"], found["columns"][0]["bins"][0]) == (9, {"label": "0", "count": 3})


def test_wide_and_slow_tables_are_cut(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = pa.table({f"c{at}": [at] for at in range(600)})
    found = summarized(store, wide)
    assert (len(found["columns"]), found["cut"]) == (500, True)
    monkeypatch.setattr(summary, "SECONDS", -1.0)
    found = summarized(store, wide)
    assert (len(found["columns"]), found["cut"]) == (0, True)


def test_arrays(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    flat = summarized(store, np.array([1, 2, 2]))
    assert (flat["rows"], bins(flat["columns"][0])) == (3, [("1", 1), ("2", 2)])
    square = summarized(store, np.array([[1.0, 2.0], [3.0, np.nan]]))
    assert [(each["name"], each["nulls"], each["mean"]) for each in square["columns"]] == [("0", 0, 2.0), ("1", 1, 2.0)]
    named = summarized(store, np.array([("a", 1j)], dtype=[("s", "U3"), ("c", "c16")]))
    assert [(each["name"], each["distinct"]) for each in named["columns"]] == [("s", 1), ("c", None)]
    assert summarized(store, np.zeros((3, 0)))["columns"] == []
    monkeypatch.setattr(summary, "ROWS", 100)
    long = summarized(store, np.arange(1_000))
    assert (long["rows"], long["rows_read"], long["columns"][0]["max"]) == (1_000, 100, 990)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100, deadline=None
)
@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=60))
def test_bins_hold_every_whole_number_once(store: ArtifactStore, values: list[int | None]) -> None:
    found = one(store, pa.array(values, pa.int64()))
    numbers = [value for value in values if value is not None]
    assert found["nulls"] == len(values) - len(numbers)
    assert found["distinct"] == len(set(numbers))
    assert sum(each["count"] for each in found["bins"]) == len(numbers)
    assert len(found["bins"]) <= 20
    for each in found["bins"]:
        low, _, high = each["label"].partition(" – ")  # noqa: RUF001
        assert each["count"] == sum(int(low) <= number <= int(high or low) for number in numbers)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100, deadline=None
)
@given(st.lists(st.floats() | st.none(), max_size=60))
def test_any_real_numbers_make_a_summary(store: ArtifactStore, values: list[float | None]) -> None:
    found = one(store, pa.array(values, pa.float64()))
    numbers = [value for value in values if value is not None and not math.isnan(value)]
    assert found["nulls"] == len(values) - len(numbers)
    assert found["distinct"] == len(set(numbers))
    finite = sum(map(math.isfinite, numbers))
    assert sum(each["count"] for each in found["bins"]) in (0, finite)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=50, deadline=None
)
@given(st.lists(st.text(max_size=5) | st.none(), max_size=60))
def test_texts_are_counted(store: ArtifactStore, values: list[str | None]) -> None:
    found = one(store, pa.array(values, pa.string()))
    counted = Counter(value for value in values if value is not None)
    assert found["distinct"] == len(counted)
    assert [each["count"] for each in found["bins"]] == [count for _, count in counted.most_common(20)]


def test_damage_is_an_error_of_ours(store: ArtifactStore) -> None:
    artifact = store.put(pa.table({"s": ["text"] * 1000}), KEY)
    file = file_of(store, artifact)
    content = bytearray(file.read_bytes())
    at = content.index(np.arange(0, 40, 4, dtype="i4").tobytes())
    content[at + 40 : at + 44] = b"\xff\xff\xff\x7f"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"offset|out of bounds|Offset"):
        summary.of_table(Content(file, artifact))
