"""A look at values reads little, and runs nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penstock.artifacts import ArtifactStore
from penstock.artifacts.preview import preview
from penstock.errors import ArtifactError

ROWS = 300_000


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return Path.write_text, (self.file, "boom")


def _large() -> pd.DataFrame:
    return pd.DataFrame({"n": np.arange(ROWS), **{f"c{n}": np.full(ROWS, 0.5) for n in range(7)}})


@pytest.mark.parametrize("make", [lambda frame: frame, pl.from_pandas, pa.Table.from_pandas])
def test_a_page_of_a_table_is_its_rows(store: ArtifactStore, make: Any) -> None:
    artifact = store.put(make(_large()), "r/t/d")
    for offset, limit, count in [(0, 50, 50), (65_530, 20, 20), (ROWS - 5, 50, 5), (ROWS, 50, 0), (7, 0, 0)]:
        page = preview(store, artifact, offset, limit)
        assert page.rows is not None
        assert [row[0] for row in page.rows] == list(range(offset, offset + count))
        assert (page.offset, page.total) == (offset, ROWS)
    assert page.columns is not None
    assert [name for name, _ in page.columns][:2] == ["n", "c0"]


def test_a_page_does_not_read_the_rest_of_the_table(store: ArtifactStore) -> None:
    artifact = store.put(_large(), "r/t/d")
    file = store.file(artifact)
    file.chmod(0o644)
    with file.open("r+b") as content:
        # The second half is gone but for the footer: nobody who reads it gets rows.
        content.seek(artifact.bytes // 2)
        content.write(bytes(artifact.bytes // 2 - 65_536))
    page = preview(store, artifact, 10, 10)
    assert page.rows is not None
    assert [row[0] for row in page.rows] == list(range(10, 20))
    with pytest.raises(ArtifactError):
        preview(store, artifact, ROWS - 10, 10)


def test_a_pickle_is_never_unpickled(store: ArtifactStore, tmp_path: Path) -> None:
    target = tmp_path / "written"
    artifact = store.put(Bomb(target), "r/t/d")
    assert artifact.kind == "pickle"
    shown = preview(store, artifact)
    assert shown.kind == "pickle"
    assert shown.text is not None
    assert "Bomb" in shown.text
    assert not target.exists()
    store.get(artifact)
    assert target.exists()


def test_cells_are_json_and_bounded(store: ArtifactStore) -> None:
    frame = pd.DataFrame({
        "f": [np.nan, np.inf], "s": ["x" * 100_000, None], "d": pd.to_datetime(["2024-01-01", None]),
        "b": [b"\xff" * 100_000, b""],
    })  # fmt: skip
    page = preview(store, store.put(frame, "r/t/d"))
    text = json.dumps(page.rows, allow_nan=False)
    assert len(text) < 10_000
    assert "2024-01-01" in text


def test_two_columns_of_one_name_are_both_shown(store: ArtifactStore) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert preview(store, store.put(table, "r/t/d")).rows == [[1, 2]]


@pytest.mark.parametrize(
    "value", [{"a": 1}, "é" * 50_000, b"text " * 50_000, b"\xff\x00" * 50_000, list(range(50_000))]
)
def test_other_values_show_how_they_begin(store: ArtifactStore, value: Any) -> None:
    artifact = store.put(value, "r/t/d")
    shown = preview(store, artifact)
    assert shown.text
    assert len(shown.text) <= 20_000
    assert shown.cut is (artifact.inline is None)


def test_what_is_gone_is_told(store: ArtifactStore) -> None:
    artifact = store.put(_large().head(10), "r/t/d")
    store.file(artifact).unlink()
    with pytest.raises(ArtifactError):
        preview(store, artifact)
