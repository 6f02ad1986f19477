"""Frames of pandas come back as they were, from memory and from disk, and as nobody else's."""

from __future__ import annotations

import logging
import re
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.artifacts import ArtifactStore
from penstock.errors import Unstorable
from penstock.model.artifact import Artifact
from tests.artifacts.conftest import KEY

Read = Callable[[Artifact], Any]


def assert_same(one: Any, other: Any) -> None:
    """Equal to the last label."""
    assert type(one) is type(other)
    if isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other, check_freq=True, check_index_type="exact", check_exact=True)
        assert_same_index(one.index, other.index)
        return
    pd.testing.assert_frame_equal(
        one, other, check_freq=True, check_index_type="exact", check_column_type="exact", check_exact=True
    )
    assert list(one.dtypes) == list(other.dtypes)
    assert one.attrs == other.attrs
    assert_same_index(one.index, other.index)
    assert_same_index(one.columns, other.columns)
    for at, kind in enumerate(one.dtypes):
        if kind == np.dtype(object):
            told = [[(type(cell), cell) for cell in frame.iloc[:, at]] for frame in (one, other)]
            assert [cell[0] for cell in told[0]] == [cell[0] for cell in told[1]]


def assert_same_index(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    assert one.dtype == other.dtype
    assert list(one.names) == list(other.names)
    assert one.equals(other)


def through(store: ArtifactStore, value: Any, key: str = KEY) -> Artifact:
    """Put a value, and see it come back from memory and from disk."""
    artifact = store.put(value, key)
    assert_same(store.get(artifact), value)
    assert_same(ArtifactStore(store.root).get(Artifact.from_list(artifact.to_list())), value)
    return artifact


def columns(rows: int) -> st.SearchStrategy[Any]:
    def of(cells: Any, **more: Any) -> st.SearchStrategy[Any]:
        return st.lists(cells, min_size=rows, max_size=rows).map(lambda found: pd.Series(found, **more))

    moments = st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1))
    texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    return st.one_of(
        of(st.integers(-(2**63), 2**63 - 1), dtype="int64"),
        of(st.integers(0, 255), dtype="uint8"),
        of(st.floats(width=32), dtype="float32"),
        of(st.floats(), dtype="float64"),
        of(st.booleans(), dtype="bool"),
        of(st.none() | texts, dtype="str"),
        of(st.none() | texts, dtype="string"),
        of(st.none() | texts, dtype=object),
        of(st.none() | moments, dtype="datetime64[ns]"),
        of(st.none() | moments, dtype="datetime64[us]"),
        of(st.none() | moments, dtype="datetime64[us]").map(lambda cells: cells.dt.tz_localize("UTC")),
        of(st.none() | moments, dtype="datetime64[s]").map(lambda cells: cells.dt.tz_localize("+05:30")),
        of(st.none() | st.integers(-(2**40), 2**40), dtype="timedelta64[s]"),
        of(st.none() | st.integers(-100, 100), dtype="Int16"),
        of(st.none() | st.booleans(), dtype="boolean"),
        of(st.none() | st.integers(-100, 100), dtype="int64[pyarrow]"),
        of(st.none() | st.sampled_from(["a", "b"]), dtype=pd.CategoricalDtype(["b", "a", "never"], ordered=True)),
        of(st.none() | st.integers(1, 3), dtype=pd.CategoricalDtype([3, 1, 2])),
        of(st.none() | st.dates(), dtype=object),
        of(st.sampled_from([1, "a", None, 2.5]), dtype=object),
    )  # fmt: skip


LABELS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    st.sampled_from(["a", "index", "level_0", "value", "__index_level_0__", "penstock"]),
    st.integers(-3, 3),
    st.tuples(st.sampled_from("ab"), st.integers(0, 1)),
    st.none(),
    st.dates(),
)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Up to five columns of any types, under any labels, with any index."""
    rows = draw(st.integers(0, 6))
    found = draw(st.lists(columns(rows), max_size=5))
    frame = pd.concat(found, axis=1) if found else pd.DataFrame(index=range(rows))
    labels = draw(st.lists(LABELS, min_size=len(found), max_size=len(found)))
    frame.columns = pd.Index(labels, tupleize_cols=draw(st.booleans()))
    frame.columns.name = draw(st.none() | st.sampled_from(["kind", 3])) if frame.columns.nlevels == 1 else None
    index = draw(st.sampled_from(["range", "step", "one", "two", "dates"]))
    if index == "step":
        frame.index = pd.RangeIndex(5, 5 + 2 * rows, 2, name=draw(LABELS))
    elif index == "dates":
        frame.index = pd.date_range("2013-01-01", periods=rows, freq="h", tz="UTC", name="when")
    elif index in ("one", "two"):
        levels = [draw(columns(rows)).rename(draw(LABELS)) for _ in range(("one", "two").index(index) + 1)]
        names = [level.name for level in levels]
        if len(levels) == 1:
            frame.index = pd.Index(levels[0], name=names[0])
        else:
            frame.index = pd.MultiIndex.from_arrays(levels, names=names)
    return frame


def named_by_number() -> pd.DataFrame:
    """The name of its second level is the place of its first."""
    levels = [pd.Series(["a", None], dtype=object), pd.Series([0, 0])]
    return pd.DataFrame({"x": [1, 2]}, index=pd.MultiIndex.from_arrays(levels, names=[None, 0]))


@settings(max_examples=100, deadline=None)
@given(frames())
@example(named_by_number())
def test_any_frame_comes_back_as_it_was(frame: pd.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        through(ArtifactStore(folder), frame)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 6).flatmap(columns), LABELS)
@example(pd.Series([1, 2]), None)
@example(pd.Series([1, 2], index=["x", "y"]), ("a", 1))
def test_any_series_comes_back_as_it_was(series: pd.Series, name: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        through(ArtifactStore(folder), series.rename(name))


def objects(*cells: Any) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.Series(cells, dtype=object)})


KEPT_AS_TABLE = {
    "plain": pd.DataFrame({"n": [1, 2], "x": [0.5, None], "s": ["a", None], "t": pd.to_datetime(["2013-01-01", None])}),
    "no rows": pd.DataFrame({"n": pd.Series([], dtype="int8"), "c": pd.Categorical([], categories=["a"])}),
    "no columns": pd.DataFrame(index=["a", "b"]),
    "nothing": pd.DataFrame(),
    "only a range": pd.DataFrame(index=range(3, 9, 2)),
    "doubled labels": pd.DataFrame([[1, "a"], [2, "b"]], columns=["x", "x"]),
    "numbers as labels": pd.DataFrame(np.zeros((2, 3))),
    "labels of several types": pd.DataFrame([[1, 2, 3]], columns=["a", 1, None]),
    "levels of labels": pd.DataFrame({("a", "mean"): [1.0], ("a", "max"): [2.0]}),
    "dates as labels": pd.DataFrame([[1, 2]], columns=pd.date_range("2013-01-01", periods=2, freq="D")),
    "named labels": pd.DataFrame({"a": [1]}).rename_axis(columns="kind"),
    "a named index": pd.DataFrame({"index": [1, 2]}, index=pd.Index(["a", "b"], name="index")),
    "levels of index": pd.DataFrame({"x": [1, 2]}, pd.MultiIndex.from_product([["a"], [1, 2]], names=["k", None])),
    "levels of objects": pd.DataFrame(
        {"x": [1]}, pd.MultiIndex(levels=[pd.Index([1], dtype=object), ["a"]], codes=[[0], [0]])
    ),
    "one level of many": pd.DataFrame({"x": [1]}, index=pd.MultiIndex.from_arrays([[1]])),
    "a frequency": pd.DataFrame({"x": range(3)}, pd.date_range("2013", periods=3, freq="2D", tz="America/New_York")),
    "categories as index": pd.DataFrame({"x": [1, 2]}, index=pd.CategoricalIndex(["b", "a"], ["b", "a"], ordered=True)),
    "periods": pd.DataFrame({"x": [1, 2]}, index=pd.period_range("2013-01", periods=2, freq="M")),
    "intervals": pd.DataFrame({"x": pd.IntervalIndex.from_breaks([0, 1, 2], closed="left")}),
    "attributes": None,
    "texts in Python": pd.DataFrame({"x": pd.array(["a", None], dtype="string[python]")}),
    "text objects, None": objects("a", None, "b"),
    "text objects, NaN": objects("a", np.nan),
    "text objects, NA": objects("a", pd.NA),
    "whole objects": objects(1, None, 2),
    "real objects": objects(1.5, None, np.nan),
    "true or false objects": objects(True, None),
    "bytes objects": objects(b"a", None),
    "dates": objects(date(2013, 1, 1), None),
    "times": objects(time(5, 17), None),
    "decimals": objects(Decimal("1.50"), Decimal("2.25"), None),
    "nothing but None": objects(None, None),
    "Arrow's lists": pd.DataFrame({"x": pd.Series([[1], None], dtype=pd.ArrowDtype(pa.list_(pa.int64())))}),
    "Arrow's decimals": pd.DataFrame({"x": pd.Series([1, None], dtype=pd.ArrowDtype(pa.decimal128(5, 2)))}),
    "some rows of many": pd.DataFrame({"x": range(10), "y": list("abcdefghij")}).iloc[7:2:-2],
}  # fmt: skip
KEPT_AS_TABLE["attributes"] = pd.DataFrame({"x": [1]})
KEPT_AS_TABLE["attributes"].attrs = {"source": ("a", 1)}
KEPT_AS_TABLE["labels that differ"] = pd.DataFrame({"x": [1]}).set_flags(allows_duplicate_labels=False)


@pytest.mark.parametrize("name", KEPT_AS_TABLE)
def test_kept_as_a_table(store: ArtifactStore, name: str) -> None:
    frame = KEPT_AS_TABLE[name]
    artifact = through(store, frame)
    assert (artifact.kind, artifact.safe, artifact.python_type) == ("table", True, "pandas.DataFrame")
    assert artifact.rows == len(frame)


class Thing:
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    __hash__ = None  # type: ignore[assignment]


PICKLED = {
    "mixed": (objects(1, "a"), "column 'x' mixes int and str"),
    "lists": (objects([1], [2]), "column 'x' holds objects of type list"),
    "things": (objects(Thing()), "column 'x' holds objects of type"),
    "subclasses": (objects(np.str_("a")), "column 'x' holds objects of type numpy.str_"),
    "missing in two ways": (objects("a", None, np.nan), "column 'x' has missing values of several types"),
    "a time with a zone": (objects(time(1, tzinfo=UTC)), "holds a value that Arrow does not know"),
    "not a number": (objects(Decimal("NaN"), Decimal(1)), "holds a value that Arrow does not know"),
    "huge numbers": (objects(2**70), ""),
    "lone surrogates": (objects("\ud800"), "surrogates not allowed"),
    "complex": (pd.DataFrame({"x": [1j]}), ""),
    "sparse": (pd.DataFrame({"x": pd.arrays.SparseArray([0, 1])}), "(?i)sparse"),
    "categories of objects": (pd.DataFrame({"x": pd.Categorical([1], pd.Index([1], dtype=object))}), "come back as"),
    "labels of objects": (pd.DataFrame([[1]], columns=pd.Index([pd.Timestamp(0)], dtype=object)), "plain values"),
}  # fmt: skip


@pytest.mark.parametrize("name", PICKLED)
def test_what_arrow_would_change_is_pickled_and_marked(
    store: ArtifactStore, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    frame, reason = PICKLED[name]
    with caplog.at_level(logging.WARNING, "penstock.artifacts"):
        artifact = through(store, frame)
    assert (artifact.kind, artifact.safe, artifact.rows) == ("pickle", False, len(frame))
    assert artifact.columns == tuple((str(label), str(kind)) for label, kind in frame.dtypes.items())
    assert len(caplog.records) == 1
    assert "'table', of type pandas.DataFrame, is kept by pickle, so the page can't show it: " in caplog.text
    assert re.search(reason, caplog.text)


def test_a_column_that_can_not_be_stored_at_all_is_named(store: ArtifactStore) -> None:
    told = r"^it can't be pickled \(TypeError: .*_thread\.lock.*\): column 'x' holds objects of type _thread\.lock"
    with pytest.raises(Unstorable, match=told):
        store.put(objects(threading.Lock()), KEY)


def test_columns_tell_the_index_too(store: ArtifactStore) -> None:
    frame = pd.DataFrame(
        {"n": [1], 2: [0.5], "s": ["a"], "c": pd.Categorical(["x"]), "d": [date(2013, 1, 1)]},
        index=pd.Index([pd.Timestamp("2013-01-01", tz="UTC")], name="when"),
    )
    assert store.put(frame, KEY).columns == (
        ("n", "int64"), ("2", "float64"), ("s", "string"), ("c", "category"), ("d", "date"),
        ("when", "timestamp[us, tz=UTC]"),
    )  # fmt: skip


CHANGES: dict[str, tuple[Any, Any]] = {
    "int64": ([1, 2], 7),
    "float64": ([1.0, 2.0], 7.5),
    "bool": ([True, True], False),
    "str": (["a", "b"], "z"),
    "string": (["a", None], "z"),
    "object": (["a", None], "z"),
    "datetime64[ns]": (["2013-01-01", "2013-01-02"], pd.Timestamp("2020-01-01")),
    "timedelta64[s]": ([1, 2], pd.Timedelta("5s")),
    "Int64": ([1, None], 7),
    "boolean": ([True, None], False),
    "category": (["a", "b"], "b"),
    "int64[pyarrow]": ([1, None], 7),
    "period[M]": (["2013-01", "2013-02"], pd.Period("2020-01", freq="M")),
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("width", [1, 2])
def test_consumers_change_what_they_got_and_nobody_else_sees_it(
    store: ArtifactStore, read_elsewhere: Read, kind: str, width: int
) -> None:
    cells, other = CHANGES[kind]
    frame = pd.DataFrame({f"x{at}": pd.Series(cells).astype(kind) for at in range(width)})
    frame.attrs = {"from": ["a"]}
    artifact = store.put(frame, KEY)
    for read in (store.get, read_elsewhere, store.get):
        one, two = read(artifact), read(artifact)
        one.iloc[0, 0] = other
        one.loc[1, "x0"] = other
        one["x0"].array[1] = other
        one.insert(0, "new", 1)
        one.attrs["seen"] = True
        one.attrs["from"].append("b")
        one.index.name = "changed"
        assert_same(two, frame)
    assert_same(read_elsewhere(artifact), frame)


def test_changes_in_place_of_numpy_arrays(store: ArtifactStore) -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    artifact = store.put(frame, KEY)
    one = store.get(artifact)
    one["x"].array._ndarray[:] = 0  # what extension code does below pandas' own guards
    np.testing.assert_array_equal(store.get(artifact)["x"], [1.0, 2.0])


def test_what_the_task_does_afterwards_does_not_reach_the_artifact(store: ArtifactStore) -> None:
    frame = pd.DataFrame({"x": [1, 2]})
    artifact = store.put(frame, KEY)
    frame.iloc[0, 0] = 99
    frame["x"].array._ndarray[:] = 99
    assert list(store.get(artifact)["x"]) == [1, 2]


def test_putting_leaves_the_frame_as_it_is(store: ArtifactStore) -> None:
    frame = pd.DataFrame([[1, "a", None]], columns=[3, "x", "x"], index=pd.Index(["r"], name="k"))
    frame.attrs = {"a": 1}
    before = frame.copy()
    store.put(frame, KEY)
    assert_same(frame, before)


def test_large_tables_are_written_in_batches_that_previews_can_page(store: ArtifactStore) -> None:
    rows = 1_200_000
    frame = pd.DataFrame({"x": np.arange(rows), "s": pd.Series(["some text"] * rows, dtype="str")})
    artifact = through(store, frame)
    with pa.memory_map(str(store.file(artifact))) as source:
        reader = pa.ipc.open_file(source)
        sizes = [reader.get_batch(at).nbytes for at in range(reader.num_record_batches)]
    assert len(sizes) >= 5
    assert max(sizes) < 8 << 20


def test_without_pyarrow_a_frame_is_pickled(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    from penstock.artifacts.codecs import pandas_frames

    monkeypatch.setattr(pandas_frames, "pa", None)
    frame = pd.DataFrame({"x": [1]})
    artifact = through(store, frame)
    assert artifact.kind == "pickle"
    assert "pyarrow is not installed" in caplog.text
