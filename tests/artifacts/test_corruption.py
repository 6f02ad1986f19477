"""What was cut, changed or removed is seen before anybody gets it."""

from __future__ import annotations

import errno
import os
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
from penstock.errors import ArtifactCorrupt, ArtifactError
from penstock.model.artifact import Artifact
from tests.artifacts.conftest import KEY, file_of

VALUES: dict[str, Any] = {
    "pandas": pd.DataFrame({"x": range(1000), "s": ["text"] * 1000}),
    "polars": pl.DataFrame({"x": range(1000)}),
    "pyarrow": pa.table({"x": range(1000)}),
    "array": np.arange(1000),
    "pickle": {"x": np.arange(1000)},
    "bytes": b"x" * 30_000,
    "text": ["x" * 40_000],
    "file": Path(__file__),
}


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def lengthen(file: Path) -> None:
    with open(file, "ab") as content:
        content.write(b"\0")


def flip(file: Path, at: int = 100) -> None:
    with open(file, "r+b") as content:
        content.seek(at)
        byte = content.read(1)[0]
        content.seek(at)
        content.write(bytes([byte ^ 1]))


def remove(file: Path) -> None:
    file.unlink()


def exchange(file: Path) -> None:
    """By another file of the same size."""
    other = file.with_name("other")
    other.write_bytes(bytes(file.stat().st_size))
    other.replace(file)


DAMAGES = [cut, empty, lengthen, flip, remove, exchange]


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_seen(store: ArtifactStore, kind: str, damage: Any) -> None:
    artifact = store.put(VALUES[kind], KEY)
    store.get(artifact)
    store.verify(artifact)
    damage(file_of(store, artifact))
    # The store that wrote it would have it in memory still.
    for reader in (store, ArtifactStore(store.root)):
        with pytest.raises(ArtifactCorrupt) as caught:
            reader.get(artifact)
        assert str(store.file(artifact)) in str(caught.value)
        assert "run the task that made it again" in str(caught.value)
        with pytest.raises(ArtifactCorrupt):
            reader.verify(artifact)
        with pytest.raises(ArtifactCorrupt):
            reader.open(artifact).read()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=100, deadline=None
)
@given(st.data())
def test_any_flipped_bit_is_seen(store: ArtifactStore, data: st.DataObject) -> None:
    artifact = store.put(VALUES["pyarrow"], KEY)
    file = file_of(store, artifact)
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    with pytest.raises(ArtifactCorrupt, match=r"expected sha256:[0-9a-f]{64}, found sha256:[0-9a-f]{64}; run the task"):
        store.get(artifact)


def test_the_error_tells_sizes(store: ArtifactStore) -> None:
    artifact = store.put(VALUES["bytes"], KEY)
    cut(file_of(store, artifact))
    with pytest.raises(
        ArtifactCorrupt, match=r"table\.bin is not .* stored: expected 30,000 bytes, found 29,999 bytes"
    ):
        store.get(artifact)


def test_a_bad_sector(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = store.put(VALUES["bytes"], KEY)

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "readv", fail)
    with pytest.raises(ArtifactCorrupt, match="can't be read: Input/output error"):
        ArtifactStore(store.root).get(artifact)


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../outside", "link/file", "a\0b", "", "."])
def test_paths_that_lead_out_are_refused(store: ArtifactStore, tmp_path: Path, path: str) -> None:
    store.root.mkdir()
    (tmp_path / "outside").write_bytes(b"secret")
    (tmp_path / "file").write_bytes(b"secret")
    (store.root / "link").symlink_to(tmp_path)
    artifact = Artifact("file", None, path, 6, "sha256:0", None, None, "pathlib.Path", True)
    for read in (store.get, store.verify, store.open, store.preview):
        with pytest.raises(ArtifactError, match=r"is not in the artifact folder|is no path of an artifact"):
            read(artifact)


def test_streams_prove_themselves_at_their_end(store: ArtifactStore) -> None:
    artifact = store.put(VALUES["bytes"], KEY)
    with store.open(artifact) as stream:
        assert stream.read() == VALUES["bytes"]
        assert stream.read() == b""
    flip(file_of(store, artifact))
    with store.open(artifact) as stream:
        parts = [stream.read(4096) for _ in range(7)]
        assert len(b"".join(parts)) == 7 * 4096
        with pytest.raises(ArtifactCorrupt):
            stream.read(4096)
    inline = store.put("é", KEY)
    assert store.open(inline).read() == '"é"'.encode()
