"""Tables, arrays, files and objects: what comes back, from disk and from what is kept, and whose it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from pandas.testing import assert_frame_equal, assert_series_equal

from penstock.artifacts import ArtifactStore
from penstock.errors import Unstorable
from penstock.model.artifact import Artifact

KEY = "run/task/data"
DAYS = pd.to_datetime(["2024-01-01", None, "2024-02-29"])
PAIRS = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", None])


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


def _both(store: ArtifactStore, value: Any) -> tuple[Artifact, list[Any]]:
    """The value from what the store keeps in memory, and from disk, twice each."""
    artifact = store.put(value, KEY)
    other = ArtifactStore(store.root)
    return artifact, [store.get(artifact), store.get(artifact), other.get(artifact), other.get(artifact)]


FRAMES = {
    "numbers": pd.DataFrame({"i": [1, 2, 3], "u": np.array([1, 2, 3], "uint8"), "f": [0.1, np.nan, np.inf]}),
    "words": pd.DataFrame({"b": [True, False], "s": ["a", None], "e": ["", "\0é日"]}),
    "times": pd.DataFrame({"d": DAYS, "z": DAYS.tz_localize("Europe/Berlin"), "t": pd.to_timedelta([1, None, 3], "s")}),
    "kinds": pd.DataFrame({
        "c": pd.Categorical(["a", "b", None], categories=["b", "a", "never"], ordered=True),
        "i": pd.array([1, None, 3], "Int64"), "b": pd.array([True, None, False], "boolean"),
        "s": pd.array(["a", None, "c"], "string"),
    }),
    "no rows": pd.DataFrame({"a": np.array([], "int64"), "b": np.array([], "float32"), "c": pd.Categorical([])}),
    "nothing": pd.DataFrame(),
    "no columns": pd.DataFrame(index=[3, 1, 2]),
    "levels": pd.DataFrame({"x": [1, 2, 3]}, index=PAIRS),
    "levels of columns": pd.DataFrame([[1, 2.5]], columns=PAIRS[:2]),
    "named index": pd.DataFrame({"x": [1, 2]}, index=pd.Index([5, 3], name="id")),
    "range": pd.DataFrame({"x": [1, 2, 3]}, index=pd.RangeIndex(10, 4, -2)),
    "dates as index": pd.DataFrame({"x": [1, 2]}, index=pd.date_range("2024-03-31", periods=2, tz="UTC", name="day")),
    "twice one name": pd.DataFrame([[1, "a"], [2, "b"]], columns=["x", "x"]),
    "numbers as names": pd.DataFrame([[1, 2], [3, 4]], columns=[2024, 2025]),
    "mixed names": pd.DataFrame([[1, 2], [3, 4]], columns=[2024, "b"]),
    "name of the index": pd.DataFrame({"__index_level_0__": [1, 2]}, index=[7, 8]),
    "mixed": pd.DataFrame({"x": [1, "two", None, 3.0]}, dtype=object),
    "objects": pd.DataFrame({"x": [{"a": 1}, [1, 2], (3,)]}),
    "whole numbers as objects": pd.DataFrame({"x": [1, 2**70]}, dtype=object),
    "complex": pd.DataFrame({"x": [1 + 2j, 3j]}),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_of_pandas_comes_back_the_same(store: ArtifactStore, name: str) -> None:
    frame = FRAMES[name]
    before = frame.copy(deep=True)
    _, found = _both(store, frame)
    for one in found:
        assert_frame_equal(one, before, check_freq=False, check_column_type=True, check_index_type=True)
        assert [type(cell) for cell in one.to_numpy().ravel()] == [type(cell) for cell in before.to_numpy().ravel()]
    assert_frame_equal(frame, before)


def test_a_table_tells_its_rows_and_columns(store: ArtifactStore) -> None:
    artifact = store.put(FRAMES["numbers"], KEY)
    assert (artifact.kind, artifact.rows, artifact.safe, artifact.python_type) == ("table", 3, True, "pandas.DataFrame")
    assert artifact.columns is not None
    assert dict(artifact.columns) | {"i": "int64", "u": "uint8", "f": "float64"} == dict(artifact.columns)


def test_a_frame_that_mixes_types_is_pickled_and_marked(store: ArtifactStore) -> None:
    artifact = store.put(FRAMES["mixed"], KEY)
    assert (artifact.kind, artifact.safe) == ("pickle", False)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 5).flatmap(
        lambda rows: st.fixed_dictionaries({
            "i": npst.arrays("int64", rows), "f": npst.arrays("float32", rows), "b": npst.arrays("bool", rows),
            "s": st.lists(st.none() | st.text(st.characters(codec="utf-8")), min_size=rows, max_size=rows),
            "d": npst.arrays("datetime64[ns]", rows), "u": npst.arrays("uint16", rows),
        })
    )
)  # fmt: skip
def test_any_frame_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, columns: dict[str, Any]) -> None:
    frame = pd.DataFrame(columns)
    for one in _both(ArtifactStore(tmp_path_factory.mktemp("any")), frame)[1]:
        assert_frame_equal(one, frame)


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1.5, None], name="x"), pd.Series([1, 2]), pd.Series([], dtype="int8"), pd.Series(["a"], name=3),
        pd.Series([1, 2], index=pd.Index(["a", "b"], name="k"), name="k"), pd.Series(DAYS, name=("a", 1)),
    ],
    ids=["named", "bare", "empty", "number as name", "one name twice", "pair as name"],
)  # fmt: skip
def test_a_series_of_pandas_comes_back_the_same(store: ArtifactStore, series: Any) -> None:
    for one in _both(store, series)[1]:
        assert_series_equal(one, series)


def test_polars_comes_back_the_same(store: ArtifactStore) -> None:
    frame = pl.DataFrame({
        "i": [1, None], "s": ["a", None], "t": [datetime(2024, 1, 1, tzinfo=UTC), None], "l": [[1], []],
        "c": pl.Series(["x", None], dtype=pl.Categorical), "o": [{"a": 1}, {"a": None}],
    })  # fmt: skip
    artifact, found = _both(store, frame)
    assert (artifact.kind, artifact.python_type, artifact.rows) == ("table", "polars.DataFrame", 2)
    for value in (frame, frame.clear(), pl.DataFrame()):
        for one in _both(store, value)[1]:
            assert one.equals(value)
            assert one.schema == value.schema
    for one in _both(store, frame["i"])[1]:
        assert isinstance(one, pl.Series)
        assert one.name == "i"
        assert one.equals(frame["i"], check_dtypes=True)
    with pytest.raises(Unstorable, match=r"plan.*collect"):
        store.put(frame.lazy(), KEY)
    assert len(found) == 4


def test_arrow_comes_back_the_same(store: ArtifactStore) -> None:
    table = pa.table({"i": pa.array([1, None], pa.int8()), "d": pa.array(["a", "a"]).dictionary_encode()})
    table = table.replace_schema_metadata({"unit": "m"})
    for value in (table, table.slice(1), table.schema.empty_table(), pa.concat_tables([table, table])):
        for one in _both(store, value)[1]:
            assert one.equals(value, check_metadata=True)
    batch = table.to_batches()[0]
    for value in (batch, batch.slice(0, 0)):
        for one in _both(store, value)[1]:
            assert isinstance(one, pa.RecordBatch)
            assert one.equals(value, check_metadata=True)


@settings(max_examples=60, deadline=None)
@given(
    npst.arrays(
        npst.integer_dtypes() | npst.floating_dtypes() | npst.boolean_dtypes() | npst.datetime64_dtypes(),
        npst.array_shapes(min_dims=0, min_side=0, max_side=4),
    ),
    st.booleans(),
)
def test_an_array_comes_back_the_same(tmp_path_factory: pytest.TempPathFactory, array: Any, turned: bool) -> None:
    value = array.T if turned else array
    artifact, found = _both(ArtifactStore(tmp_path_factory.mktemp("any")), value)
    assert (artifact.kind, artifact.safe) == ("array", True)
    for one in found:
        assert (one.dtype, one.shape) == (value.dtype, value.shape)
        np.testing.assert_array_equal(one, value)


def test_an_array_of_objects_is_pickled_and_marked(store: ArtifactStore) -> None:
    artifact, found = _both(store, np.array([1, "a", None], dtype=object))
    assert (artifact.kind, artifact.safe) == ("pickle", False)
    assert all(one.tolist() == [1, "a", None] for one in found)


def _cell(frame: Any) -> None:
    frame.iloc[0, 0] = -1


def _column(frame: Any) -> None:
    frame["x"] += 1


def _first(array: Any) -> None:
    array[0] = -1


CHANGES: list[tuple[Any, Callable[[Any], None]]] = [
    (pd.DataFrame({"x": [1, 2], "y": [3, 4]}), _cell),
    (pd.DataFrame({"x": [1, 2], "y": [3, 4]}), _column),
    (pd.DataFrame({"x": [1.5, 2.5], "s": ["a", "b"]}), _cell),
    (pd.Series([1, 2], name="x"), _first),
    (np.arange(5), _first),
    (np.arange(6.0).reshape(2, 3).T, _first),
    (pl.DataFrame({"x": [1, 2]}), lambda frame: frame.__setitem__((0, "x"), -1)),
    ([1, [2]], _first),
    (bytearray(b"abc"), lambda value: value.clear()),
    (FRAMES["mixed"], _cell),
]


@pytest.mark.parametrize(("value", "change"), CHANGES, ids=range(len(CHANGES)))
def test_what_a_consumer_changes_is_its_own(store: ArtifactStore, value: Any, change: Callable[[Any], None]) -> None:
    artifact, _ = _both(store, value)
    for reader in (store, ArtifactStore(store.root)):
        mine = reader.get(artifact)
        text = repr(mine)
        change(mine)
        assert repr(mine) != text
        assert repr(reader.get(artifact)) == text
    store.verify(artifact)


def test_a_file_is_copied_and_sealed(store: ArtifactStore, tmp_path: Path) -> None:
    made = tmp_path / "Ünï report.csv"
    made.write_bytes(b"a,b\n" * 1000)
    artifact, found = _both(store, made)
    assert (artifact.kind, artifact.safe) == ("file", True)
    made.write_text("changed later")
    for one in found:
        assert one != made
        assert one.name == made.name
        assert one.read_bytes() == b"a,b\n" * 1000
        assert one.stat().st_mode & 0o222 == 0


def test_long_bytes_come_back(store: ArtifactStore) -> None:
    value = bytes(range(256)) * 400
    artifact, found = _both(store, value)
    assert artifact.inline is None
    assert found == [value] * 4


@pytest.mark.parametrize("make", [threading.Lock, lambda: (x for x in "ab"), lambda: open(__file__)])  # noqa: SIM115
def test_what_cannot_be_pickled_is_named_with_a_cure(store: ArtifactStore, make: Callable[[], Any]) -> None:
    value = make()
    try:
        with pytest.raises(Unstorable, match=type(value).__name__) as caught:
            store.put(value, KEY)
    finally:
        getattr(value, "close", lambda: None)()
    assert caught.value.cure
    assert [file for file in store.root.rglob("*") if file.is_file()] == []


def test_an_object_is_pickled_marked_and_made_anew(store: ArtifactStore) -> None:
    value = {"when": datetime(2024, 1, 1), "slice": slice(1, 5), "range": range(3)}
    artifact, found = _both(store, value)
    assert (artifact.kind, artifact.safe, artifact.python_type) == ("pickle", False, "dict")
    assert found == [value] * 4
    assert found[0] is not found[1]
