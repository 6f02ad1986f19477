"""Tables of polars and pyarrow come back as they were."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import polars.testing
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing.parametric import dataframes

from penstock.artifacts import ArtifactStore
from penstock.artifacts.codecs import arrow_files
from penstock.errors import Unstorable
from penstock.model.artifact import Artifact
from tests.artifacts.conftest import KEY

Read = Callable[[Artifact], Any]

POLARS = pl.DataFrame(
    {
        "n": [1, None, 3],
        "x": [0.5, float("nan"), None],
        "s": ["a", "é", None],
        "when": [datetime(2013, 1, 1), None, datetime(2013, 1, 3)],
        "day": [date(2013, 1, 1), None, None],
        "at": [time(5, 17), None, None],
        "took": [timedelta(seconds=1), None, None],
        "price": [Decimal("1.50"), None, Decimal("2.25")],
        "kind": pl.Series(["b", "a", None], dtype=pl.Categorical),
        "size": pl.Series(["S", "L", "S"], dtype=pl.Enum(["L", "M", "S"])),
        "list": [[1], [], None],
        "struct": [{"a": 1}, {"a": None}, None],
        "big": pl.Series([2**100, None, 1], dtype=pl.Int128),
        "nothing": [None, None, None],
        "bytes": [b"\xff", None, b""],
    }
)


@settings(max_examples=60, deadline=None)
@given(dataframes(max_cols=4, max_size=5, excluded_dtypes=[pl.Object]))
def test_any_polars_frame_comes_back_as_it_was(frame: pl.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = ArtifactStore(folder)
        artifact = store.put(frame, KEY)
        for back in (store.get(artifact), ArtifactStore(folder).get(artifact)):
            polars.testing.assert_frame_equal(back, frame)
            assert back.schema == frame.schema
    assert artifact.kind == ("table" if frame.width or not frame.height else "pickle")


@pytest.mark.parametrize("frame", [POLARS, POLARS.clear(), pl.DataFrame()], ids=["rows", "no rows", "nothing"])
def test_polars_frames(store: ArtifactStore, read_elsewhere: Read, frame: pl.DataFrame) -> None:
    artifact = store.put(frame, KEY)
    polars.testing.assert_frame_equal(read_elsewhere(artifact), frame)
    assert (artifact.kind, artifact.python_type, artifact.rows) == ("table", "polars.DataFrame", frame.height)


def test_words_for_types_are_those_of_other_tables(store: ArtifactStore) -> None:
    assert dict(store.put(POLARS, KEY).columns or ()) | {} == {
        "n": "int64", "x": "float64", "s": "string", "when": "timestamp[us]", "day": "date", "at": "time64[ns]",
        "took": "duration[us]", "price": "decimal(precision=38, scale=2)", "kind": "category", "size": "category",
        "list": "list(int64)", "struct": "struct({'a': int64})", "big": "int128", "nothing": "null", "bytes": "binary",
    }  # fmt: skip


def test_polars_series(store: ArtifactStore, read_elsewhere: Read) -> None:
    series = pl.Series("s", ["a", None])
    back = read_elsewhere(store.put(series, KEY))
    polars.testing.assert_series_equal(back, series)


def test_consumers_of_a_polars_frame_see_no_changes_of_each_other(store: ArtifactStore, read_elsewhere: Read) -> None:
    frame = pl.DataFrame({"x": [1, 2], "s": ["a", "b"]})
    artifact = store.put(frame, KEY)
    frame[0, "x"] = 99
    for read in (store.get, read_elsewhere, store.get):
        one, two = read(artifact), read(artifact)
        one[0, "x"] = 7
        one.insert_column(0, pl.Series("new", [0, 0]))
        one.extend(one)
        assert two.to_dict(as_series=False) == {"x": [1, 2], "s": ["a", "b"]}


def test_polars_objects_are_pickled_and_marked(store: ArtifactStore, caplog: pytest.LogCaptureFixture) -> None:
    frame = pl.DataFrame({"x": pl.Series([{1}, {2}], dtype=pl.Object)})
    with pytest.raises(Unstorable, match="can't be pickled"):
        store.put(frame, KEY)  # polars itself refuses
    assert "column 'x' holds Python objects" in caplog.text


def test_a_lazy_frame_is_refused(store: ArtifactStore) -> None:
    with pytest.raises(Unstorable, match=r"a polars.LazyFrame is a plan, not data; return frame.collect\(\)"):
        store.put(POLARS.lazy(), KEY)


def test_polars_needs_no_pyarrow(store: ArtifactStore, read_elsewhere: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("penstock.artifacts.codecs.arrow_files", "penstock.artifacts.previews.arrow_page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    artifact = store.put(POLARS, KEY)
    polars.testing.assert_frame_equal(read_elsewhere(artifact), POLARS)
    assert store.preview(artifact, 1, 1).rows[0][:3] == [None, "nan", "é"]


ARROW = pa.table(
    {
        "n": pa.chunked_array([[1], [None, 3]]),
        "s": pa.chunked_array([["a"], ["b", None]]),
        "c": pa.chunked_array([pa.array(["x"]).dictionary_encode(), pa.array(["y", "x"]).dictionary_encode()]),
        "l": pa.chunked_array([[[1]], [[], None]]),
    },
    metadata={"made": "by hand"},
)


@pytest.mark.parametrize(
    "table", [ARROW, ARROW.slice(1, 1), ARROW.slice(0, 0), ARROW.schema.empty_table(), pa.table({})],
    ids=["chunks", "slice", "no rows", "empty", "nothing"],
)  # fmt: skip
def test_arrow_tables(store: ArtifactStore, read_elsewhere: Read, table: pa.Table) -> None:
    artifact = store.put(table, KEY)
    for back in (store.get(artifact), read_elsewhere(artifact)):
        assert type(back) is pa.Table
        assert back.schema.equals(table.schema, check_metadata=True)
        assert back.to_pylist() == table.to_pylist()
    assert (artifact.kind, artifact.rows) == ("table", table.num_rows)


@pytest.mark.parametrize("rows", [0, 1, 200_000])
def test_record_batches(store: ArtifactStore, read_elsewhere: Read, rows: int) -> None:
    batch = pa.record_batch({"n": list(range(rows)), "s": ["some text"] * rows})
    back = read_elsewhere(store.put(batch, KEY))
    assert type(back) is pa.RecordBatch
    assert back.equals(batch)


def test_dictionaries_that_differ_inside_of_structs(store: ArtifactStore, read_elsewhere: Read) -> None:
    encoded = [pa.array([word]).dictionary_encode() for word in "ab"]
    nested = pa.chunked_array([pa.StructArray.from_arrays([each], ["x"]) for each in encoded])
    table = pa.table({"n": nested})
    assert read_elsewhere(store.put(table, KEY)).to_pylist() == [{"n": {"x": "a"}}, {"n": {"x": "b"}}]


def test_what_a_file_turns_out_not_to_hold_is_pickled(
    store: ArtifactStore, read_elsewhere: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(table: pa.Table, out: Any) -> None:
        out.write(b"half")
        raise pa.ArrowInvalid("dictionary replacement")

    monkeypatch.setattr(arrow_files, "write", write)
    artifact = store.put(ARROW, KEY)
    assert artifact.kind == "pickle"
    assert read_elsewhere(artifact).equals(ARROW)
    assert [file.name for file in store.file(artifact).parent.iterdir()] == ["table.pickle"]


def test_lists_of_rows_as_hypothesis_finds_them() -> None:
    """One store for many tables: a key that is used again gives the new value."""

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.fixed_dictionaries({"a": st.none() | st.integers(-9, 9), "b": st.text(max_size=2)}), max_size=4))
    def check(rows: list[dict[str, Any]]) -> None:
        table = pa.Table.from_pylist(rows, schema=pa.schema({"a": pa.int64(), "b": pa.string()}))
        assert store.get(store.put(table, KEY)).to_pylist() == rows

    with tempfile.TemporaryDirectory() as folder:
        store = ArtifactStore(folder)
        check()
