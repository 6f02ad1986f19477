"""What is damaged is never handed out, what can't be written leaves nothing, and a crash neither."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from penstock.artifacts import ArtifactStore
from penstock.errors import ArtifactCorrupt, ArtifactError, DiskFull
from penstock.model.artifact import Artifact

KEY = "run/task/data"
VALUES: dict[str, Any] = {
    "table": pd.DataFrame({"x": range(1000), "s": ["word"] * 1000}),
    "polars": pl.DataFrame({"x": list(range(1000))}),
    "array": np.arange(1000),
    "json": ["text"] * 10_000,
    "bytes": b"0123456789" * 10_000,
    "pickle": [slice(1, n) for n in range(100)],
}


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


def _files(store: ArtifactStore) -> list[Path]:
    return [file for file in store.root.rglob("*") if not file.is_dir()]


def _rewrite(file: Path, content: bytes) -> None:
    os.chmod(file, 0o644)
    file.write_bytes(content)


def _flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    _rewrite(file, bytes(content))


def _cut(file: Path) -> None:
    _rewrite(file, file.read_bytes()[:-1])


def _empty(file: Path) -> None:
    _rewrite(file, b"")


@pytest.mark.parametrize("damage", [_flip, _cut, _empty, Path.unlink])
@pytest.mark.parametrize("kind", VALUES)
def test_damage_is_found_by_every_reader(store: ArtifactStore, kind: str, damage: Callable[[Path], None]) -> None:
    artifact = store.put(VALUES[kind], KEY)
    file = store.file(artifact)
    damage(file)
    for reader in (store, ArtifactStore(store.root)):
        with pytest.raises(ArtifactCorrupt, match=str(file)) as caught:
            reader.get(artifact)
        assert caught.value.cure
        with pytest.raises(ArtifactCorrupt):
            reader.verify(artifact)


def _no_room(*_: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("call", ["fsync", "write", "replace"])
@pytest.mark.parametrize("kind", VALUES)
def test_a_full_disk_is_told_as_such_and_leaves_no_file(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, kind: str, call: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, _no_room)
        with pytest.raises(DiskFull) as caught:
            store.put(VALUES[kind], KEY)
    assert caught.value.cure
    assert _files(store) == []
    store.verify(store.put(VALUES[kind], KEY))


def test_another_error_of_the_disk_is_told_with_its_file(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        with pytest.raises(ArtifactError, match=KEY):
            store.put(VALUES["table"], KEY)
    assert _files(store) == []


CRASHING = """
import sys
from penstock.artifacts import ArtifactStore
ArtifactStore(sys.argv[1]).put(b"x" * 100_000, "run/task/data")
"""


@pytest.mark.parametrize(("fault", "left"), [("artifact.writing", 0), ("artifact.written", 0), ("artifact.renamed", 1)])
def test_a_crash_leaves_a_whole_file_or_none(store: ArtifactStore, fault: str, left: int) -> None:
    died = subprocess.run([sys.executable, "-c", CRASHING, store.root], env=os.environ | {"PENSTOCK_FAULT": fault})
    assert died.returncode == -signal.SIGKILL
    final = [file for file in _files(store) if not file.name.startswith(".")]
    assert len(final) == left
    assert all(file.read_bytes() == b"x" * 100_000 for file in final)
    artifact = store.put(b"y" * 100_000, KEY)
    assert store.get(artifact) == b"y" * 100_000


@pytest.mark.parametrize("key", ["", "/", "..", "a/../b", "../a", "a//b", "/etc/x", "a/", ".", "a/./b", "a\0b"])
def test_a_key_that_leads_elsewhere_is_refused(store: ArtifactStore, key: str) -> None:
    with pytest.raises(ArtifactError):
        store.put(VALUES["array"], key)
    with pytest.raises(ArtifactError):
        store.delete(key)
    assert not store.root.exists()


KEYS = [
    "r/t/日本 é",
    "r/t/" + "long" * 100,
    "r/t/" + "long" * 100 + "x",
    "r/t/a%2Fb",
    "r/.hidden/x",
    "r/t/a\\b",
    "r/t/\udc80",
]


def test_odd_keys_are_kept_apart_below_the_root(store: ArtifactStore) -> None:
    kept = [store.put(np.arange(100) + n, key) for n, key in enumerate(KEYS)]
    assert len({artifact.path for artifact in kept}) == len(KEYS)
    for n, artifact in enumerate(kept):
        assert store.file(artifact).is_relative_to(store.root)
        assert store.get(artifact)[0] == n
        assert all(len(part) <= 255 for part in store.file(artifact).parts)


@pytest.mark.parametrize("path", ["../outside", "/etc/hostname", "a/../../b", "link/secret", "", "a\0b"])
def test_a_path_that_leads_out_is_never_opened(store: ArtifactStore, tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("x")
    store.root.mkdir()
    (store.root / "link").symlink_to(tmp_path)
    artifact = Artifact("file", None, path, 1, "sha256:0", None, None, "bytes")
    for use in (store.get, store.file, store.verify):
        with pytest.raises(ArtifactError):
            use(artifact)


def test_a_value_is_replaced_and_deleted_with_what_is_below(store: ArtifactStore) -> None:
    first, other = store.put(np.arange(9), "r/a/x"), store.put(np.arange(9), "r2/a/x")
    second = store.put(np.arange(8), "r/a/x")
    assert len(store.get(second)) == 8
    with pytest.raises(ArtifactCorrupt):
        store.get(first)
    store.delete("r")
    store.delete("r")
    with pytest.raises(ArtifactCorrupt):
        store.get(second)
    store.verify(other)
