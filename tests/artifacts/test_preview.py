"""Previews: right, bounded, and never by unpickling."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.artifacts import ArtifactStore
from penstock.artifacts.previews import cells
from penstock.errors import ArtifactCorrupt
from tests.artifacts.conftest import KEY, file_of


@pytest.mark.parametrize("make", [lambda n: pd.DataFrame({"x": range(n)}), lambda n: pl.DataFrame({"x": range(n)})])
def test_pages_of_a_table(store: ArtifactStore, make: Any) -> None:
    artifact = store.put(make(1_000_000), KEY)
    first = store.preview(artifact)
    assert (first.kind, first.columns, first.total, first.cut) == ("table", (("x", "int64"),), 1_000_000, False)
    assert first.rows == [[at] for at in range(50)]
    for offset in (0, 1, 524_287, 524_288, 600_000, 999_990):
        assert store.preview(artifact, offset, 20).rows == [[at] for at in range(offset, min(offset + 20, 1_000_000))]
    assert store.preview(artifact, 1_000_000).rows == []
    assert store.preview(artifact, 0, 0).rows == []
    assert len(store.preview(artifact, 0, 10**9).rows or []) == 1000
    assert store.preview(artifact, -5, 1).rows == [[0]]


def test_a_page_that_spans_batches(store: ArtifactStore) -> None:
    table = pa.Table.from_batches([pa.record_batch({"x": [at]}) for at in range(10)])
    artifact = store.put(table, KEY)
    assert store.preview(artifact, 3, 4).rows == [[3], [4], [5], [6]]


def test_a_large_table_is_not_loaded(store: ArtifactStore) -> None:
    rows = 1_000_000
    frame = pd.DataFrame({"x": np.arange(rows), "s": pd.Series(["some longer text"] * rows, dtype="str")})
    artifact = store.put(frame, KEY)
    assert artifact.bytes > 25_000_000
    del frame
    store.preview(artifact)  # imports
    store = ArtifactStore(store.root)
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    assert store.preview(artifact, 700_000, 50).rows[0] == [700_000, "some longer text"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
    assert pa.total_allocated_bytes() - before < 1_000_000


COLUMNS: dict[str, tuple[pa.Array, Any]] = {
    "whole": (pa.array([1]), 1),
    "beyond JavaScript": (pa.array([2**63 - 1]), 2**63 - 1),
    "real": (pa.array([0.5]), 0.5),
    "half": (pa.array([np.float16(0.5)]), 0.5),
    "not a number": (pa.array([float("nan")]), "nan"),
    "infinite": (pa.array([float("-inf")]), "-inf"),
    "missing": (pa.array([None], pa.int64()), None),
    "text": (pa.array(["é"]), "é"),
    "large text": (pa.array(["é"], pa.large_string()), "é"),
    "text view": (pa.array(["é"], pa.string_view()), "é"),
    "long text": (pa.array(["é" * 5000]), "é" * 999 + "…"),
    "bytes": (pa.array([b"\x00\xff"]), "00ff"),
    "flag": (pa.array([True]), True),
    "date": (pa.array([date(2013, 1, 1)]), "2013-01-01"),
    "moment": (pa.array([datetime(2013, 1, 1, 5)], pa.timestamp("ns")), "2013-01-01 05:00:00.000000000"),
    "zoned": (pa.array([datetime(2013, 1, 1, 5)], pa.timestamp("s", "America/New_York")), "2013-01-01 00:00:00-0500"),
    "duration": (pa.array([timedelta(1, 2, 3)]), "1 day, 0:00:02.000003"),
    "short duration": (pa.array([1_500_000_000], pa.duration("ns")), "0:00:01.500000"),
    "endless duration": (pa.array([2**62], pa.duration("s")), "4611686018427387904 s"),
    "decimal": (pa.array([Decimal("1.50")]), "1.50"),
    "category": (pa.array(["a"]).dictionary_encode(), "a"),
    "list": (pa.array([[1, None]]), [1, None]),
    "long list": (pa.array([list(range(1000))]), [*range(20), "…"]),
    "struct": (pa.array([{"a": 1, "b": [date(2013, 1, 1)]}]), {"a": 1, "b": ["2013-01-01"]}),
    "map": (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), [{"key": "k", "value": 1}]),
    "deep": (pa.array([[[[[[1]]]]]]), [[[["…"]]]]),
    "interval": (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), None),
    "null": (pa.nulls(1), None),
}  # fmt: skip


@pytest.mark.parametrize("name", COLUMNS)
def test_cells(store: ArtifactStore, name: str) -> None:
    column, expected = COLUMNS[name]
    rows = store.preview(store.put(pa.table({"x": column}), KEY)).rows
    assert rows is not None
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    if name == "interval":
        assert isinstance(rows[0][0], str)
    else:
        assert rows == [[expected]]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_cell_is_bounded_json(value: Any) -> None:
    assert len(json.dumps(cells.cell(value), allow_nan=False)) < 50_000


def test_categories_and_an_index_of_pandas(store: ArtifactStore) -> None:
    frame = pd.DataFrame({"c": pd.Categorical(["b", None])}, index=pd.Index(["r", "s"], name="row"))
    preview = store.preview(store.put(frame, KEY))
    assert preview.columns == (("c", "category"), ("row", "string"))
    assert preview.rows == [["b", "r"], [None, "s"]]


def test_types_that_only_polars_has(store: ArtifactStore) -> None:
    frame = pl.DataFrame({"big": pl.Series([2**100, 1], dtype=pl.Int128), "l": [[1], [2]]})
    preview = store.preview(store.put(frame, KEY), 1, 1)
    assert preview.rows == [[1, [2]]]


def test_wide_tables_are_cut(store: ArtifactStore) -> None:
    preview = store.preview(store.put(pd.DataFrame(np.zeros((1, 600))), KEY))
    assert preview.cut
    assert len(preview.columns or ()) == len((preview.rows or [[]])[0]) == 200
    later = store.preview(store.put(pd.DataFrame([range(600)]), KEY), column=590)
    assert (later.rows, later.cut) == ([list(range(590, 600))], False)
    assert len(store.preview(store.put(pd.DataFrame(np.zeros((1, 600))), KEY), limit=10).columns or ()) == 500


class Bomb:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("unpickled",))


def test_a_pickle_is_never_opened(store: ArtifactStore) -> None:
    artifact = store.put(Bomb(), KEY)
    preview = store.preview(artifact)
    assert preview.text is not None
    assert preview.text.startswith("a pickle of ")
    assert "Bomb, not opened here\n80 05 95" in preview.text
    assert preview.rows is None


def test_plain_values(store: ArtifactStore) -> None:
    small = store.preview(store.put({"a": 1}, KEY))
    assert (small.kind, small.text, small.cut) == ("json", '{"a":1}', False)
    large = store.preview(store.put(["é" * 40_000], KEY))
    assert large.text is not None
    assert large.text.startswith('["éé')
    assert large.cut
    assert 8_000 < len(large.text) <= 16_384


@pytest.mark.parametrize(
    ("content", "text", "cut"),
    [
        (b"a,b\n1,2\n", "a,b\n1,2\n", False),
        (b"", "", False),
        (b"x" * 20_000, "x" * 16_384, True),
        (b"x" * 16_383 + "é".encode(), "x" * 16_383, True),
        (b"\x89PNG\r\n", "89 50 4e 47 0d 0a", False),
        (b"a\0b", "61 00 62", False),
        (b"text, then \xff" + b"x" * 20_000, (b"text, then \xff" + b"x" * 244).hex(" "), True),
        (b"x\xc3", "78 c3", False),
    ],
)
def test_files(store: ArtifactStore, tmp_path: Path, content: bytes, text: str, cut: bool) -> None:
    (tmp_path / "file").write_bytes(content)
    preview = store.preview(store.put(tmp_path / "file", KEY))
    assert (preview.kind, preview.text, preview.cut, preview.bytes) == ("file", text, cut, len(content))


def test_arrays(store: ArtifactStore) -> None:
    def look(array: Any, offset: int = 0, limit: int = 50) -> Any:
        return store.preview(store.put(array, KEY), offset, limit)

    one = look(np.arange(1000.0), 998)
    assert (one.text, one.columns, one.rows, one.total) == (
        "float64 array of shape (1000,)", (("value", "float64"),), [[998.0], [999.0]], 1000,
    )  # fmt: skip
    two = look(np.arange(6).reshape(2, 3).T)
    assert (two.columns, two.rows) == ((("0", "int64"), ("1", "int64")), [[0, 3], [1, 4], [2, 5]])
    assert look(np.zeros((1, 600))).cut
    named = look(np.array([("a", 1.5)], dtype=[("s", "U3"), ("x", "f8")]))
    assert (named.columns, named.rows) == ((("s", "<U3"), ("x", "float64")), [["a", 1.5]])
    assert look(np.array(["2013-01-01"], "M8[D]")).rows == [["2013-01-01"]]
    assert look(np.array(5)).text == "int64 array of shape (): 5"
    deep = look(np.zeros((10, 10, 10)))
    assert deep.rows is None
    assert deep.text.startswith("float64 array of shape (10, 10, 10): 0.0, 0.0")
    assert deep.text.endswith(", …")
    assert look(np.zeros((0, 3))).text == "float64 array of shape (0, 3)"


@pytest.mark.parametrize("value", [pa.table({"s": ["text"] * 100}), np.arange(100), b"x" * 30_000], ids=type)
def test_a_file_of_another_size(store: ArtifactStore, value: Any) -> None:
    artifact = store.put(value, KEY)
    with open(file_of(store, artifact), "ab") as content:
        content.write(b"x")
    with pytest.raises(ArtifactCorrupt, match=r"expected .* bytes, found"):
        store.preview(artifact)
    file_of(store, artifact).unlink()
    with pytest.raises(ArtifactCorrupt, match="is gone"):
        store.preview(artifact)


def test_a_damaged_table_ends_in_an_error_not_in_a_crash(store: ArtifactStore) -> None:
    """No digest is checked here, so that every offset has to be mistrusted."""
    artifact = store.put(pa.table({"s": ["text"] * 1000}), KEY)
    file = file_of(store, artifact)
    content = bytearray(file.read_bytes())
    at = content.index(np.arange(0, 40, 4, dtype="i4").tobytes())
    content[at + 40 : at + 44] = b"\xff\xff\xff\x7f"
    file.write_bytes(content)
    with pytest.raises(ArtifactCorrupt, match="can't be read as a table"):
        store.preview(artifact)


DAMAGED = pa.table(
    {
        "s": ["text"] * 20,
        "v": pa.array(["x" * 20] * 20, pa.string_view()),
        "l": [[1, 2]] * 20,
        "c": pa.array(["a", "b"] * 10).dictionary_encode(),
        "d": [datetime(2013, 1, 1)] * 20,
    }
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=150, deadline=None
)
@given(st.data())
def test_any_damage_ends_in_rows_or_in_an_error_of_ours(store: ArtifactStore, data: st.DataObject) -> None:
    artifact = store.put(DAMAGED, KEY)
    file = file_of(store, artifact)
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from([0, 1, 5, 127, 128, 255]))
    file.write_bytes(content)
    with contextlib.suppress(ArtifactCorrupt):
        assert len(store.preview(artifact).rows or ()) <= 50


def test_a_table_without_its_end(store: ArtifactStore) -> None:
    artifact = store.put(pa.table({"s": ["text"] * 1000}), KEY)
    file = file_of(store, artifact)
    file.write_bytes(file.read_bytes()[:-40] + bytes(40))
    with pytest.raises(ArtifactCorrupt, match="can't be read as a table"):
        store.preview(artifact)


def test_a_damaged_array(store: ArtifactStore) -> None:
    artifact = store.put(np.arange(100), KEY)
    file = file_of(store, artifact)
    file.write_bytes(b"\0" * file.stat().st_size)
    with pytest.raises(ArtifactCorrupt, match="can't be read as an array"):
        store.preview(artifact)
