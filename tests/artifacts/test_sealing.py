"""A file is there whole or not at all: crashes, full disks, errors in between."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from penstock.artifacts import ArtifactStore, sealing
from penstock.artifacts import folders as folders_room
from penstock.artifacts.folders import Folders
from penstock.artifacts.sealing import seal
from penstock.errors import ArtifactError, DiskFull
from tests.artifacts.conftest import KEY

LARGE = 5_000_000
VALUES: dict[str, Any] = {
    "pandas": pd.DataFrame({"x": np.arange(LARGE // 8)}),
    "polars": pl.DataFrame({"x": np.arange(LARGE // 8)}),
    "pyarrow": pa.table({"x": np.arange(LARGE // 8)}),
    "array": np.arange(LARGE // 8),
    "pickle": {"x": np.arange(LARGE // 8)},
    "bytes": b"x" * LARGE,
    "text": ["x" * LARGE],
}


def files_of(root: Path) -> list[str]:
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if not file.is_dir())


def test_a_sealed_file_is_whole_and_read_only(tmp_path: Path) -> None:
    file = tmp_path / "root" / "a" / "b"
    sealed = seal(Folders(tmp_path / "root"), file, lambda out: out.write(b"content"))
    assert sealed[:2] == (7, "sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73")
    assert file.read_bytes() == b"content"
    assert stat.S_IMODE(file.stat().st_mode) == 0o444
    assert {stat.S_IMODE(each.stat().st_mode) for each in (file.parent, tmp_path / "root")} == {0o700}


@pytest.mark.parametrize("sizes", [[], [0], [1, 2], [70_000], [10, 200_000, 3, 65_536, 1], [1 << 16] * 40], ids=str)
def test_the_digest_is_that_of_all_writes(tmp_path: Path, sizes: list[int]) -> None:
    import hashlib

    parts = [os.urandom(size) for size in sizes]
    sealed = seal(Folders(tmp_path), tmp_path / "x", lambda out: [out.write(part) for part in parts])
    assert sealed.digest == f"sha256:{hashlib.sha256(b''.join(parts)).hexdigest()}"
    assert (tmp_path / "x").read_bytes() == b"".join(parts)


def test_short_writes_are_carried_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, memoryview(data).cast("B")[:1000]))
    data = os.urandom(100_000)
    seal(Folders(tmp_path), tmp_path / "x", lambda out: out.write(data))
    assert (tmp_path / "x").read_bytes() == data


def test_everything_is_synced_before_put_returns(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file before it has its name, then its folder, then the folders above that are new to this process."""
    events: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(fd: int) -> None:
        events.append(f"sync {os.path.basename(os.readlink(f'/proc/self/fd/{fd}'))[-5:]}")
        fsync(fd)

    def note_replace(old: Any, new: Any) -> None:
        events.append("rename")
        replace(old, new)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    store.put(b"x" * 30_000, "run/task1/data")
    assert events == [
        "sync .part",
        "rename",
        "sync task1",
        "sync run",
        "sync facts",
        f"sync {store.root.parent.name[-5:]}",
    ]
    events.clear()
    store.put(b"x" * 30_000, "run/task2/data")
    assert events == ["sync .part", "rename", "sync task2", "sync run"]
    events.clear()
    store.put(b"x" * 30_000, "run/task2/more")
    assert events == ["sync .part", "rename", "sync task2"]


def test_folders_that_were_removed_are_made_again(store: ArtifactStore) -> None:
    store.put(b"x" * 30_000, KEY)
    store.delete("01hzy6m3q8k2v")
    assert store.get(store.put(b"x" * 30_000, KEY)) == b"x" * 30_000


def test_many_folders_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders_room, "_KNOWN", 10)
    folders = Folders(tmp_path)
    for at in range(50):
        seal(folders, tmp_path / str(at) / "x", lambda out: out.write(b"x"))
    assert len(folders._settled) <= 10


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_an_error_while_writing_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    def write(out: Any) -> None:
        out.write(b"x" * 200_000)
        raise error

    with pytest.raises(type(error)):
        seal(Folders(tmp_path), tmp_path / "a" / "x", write)
    assert files_of(tmp_path) == []
    assert [thread for thread in threading.enumerate() if thread.name == "penstock-digest"] == []


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("place", ["write", "fsync"])
def test_no_room(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, kind: str, number: int, place: str) -> None:
    def full(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, place, full)
    with pytest.raises(DiskFull, match=r"no room on the disk for .*table\.\w+; free some"):
        store.put(VALUES[kind], KEY)
    assert files_of(store.root) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_disk_that_is_really_full(small_disk: Path, tmp_path: Path) -> None:
    store = ArtifactStore(small_disk / "artifacts")
    kept = store.put(b"x" * 500_000, "run/a/small")
    file = tmp_path / "file"
    file.write_bytes(b"x" * LARGE)
    for kind, value in {**VALUES, "file": file}.items():
        with pytest.raises(DiskFull):
            store.put(value, f"run/{kind}/large")
    assert files_of(store.root) == ["run/a/small.bin"]
    assert ArtifactStore(store.root).get(kept) == b"x" * 500_000


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EROFS, errno.EFBIG])
def test_other_errors_of_the_disk(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ArtifactError, match=f"can't be written: {os.strerror(number)}; see that") as caught:
        store.put(b"x" * 30_000, KEY)
    assert not isinstance(caught.value, DiskFull)
    assert files_of(store.root) == []


def test_a_name_that_can_not_be_given(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(DiskFull):
        store.put(b"x" * 30_000, KEY)
    assert files_of(store.root) == []


CRASH = """
import sys
import pandas as pd
from penstock.artifacts import ArtifactStore
store = ArtifactStore(sys.argv[1])
print(store.put(pd.DataFrame({"x": range(100_000)}), "run/task/table").to_list(), flush=True)
"""


@pytest.mark.parametrize(
    ("place", "whole"), [("artifact.writing", False), ("artifact.written", False), ("artifact.renamed", True)]
)
def test_a_crash_leaves_no_half_file_under_the_final_name(store: ArtifactStore, place: str, whole: bool) -> None:
    process = subprocess.run(
        [sys.executable, "-c", CRASH, str(store.root)], env={**os.environ, "PENSTOCK_FAULT": place}, capture_output=True
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert process.stdout == b""
    found = files_of(store.root)
    assert ("run/task/table.arrow" in found) == whole
    assert [name for name in found if name != "run/task/table.arrow" and not name.endswith(".part")] == []
    # The attempt is made again, and what the crash left is in nobody's way, nor there for ever.
    artifact = store.put(pd.DataFrame({"x": range(100_000)}), "run/task/table")
    assert len(ArtifactStore(store.root).get(artifact)) == 100_000
    store.delete("run")
    assert files_of(store.root) == []


def test_without_a_fault_nothing_dies(store: ArtifactStore) -> None:
    process = subprocess.run([sys.executable, "-c", CRASH, str(store.root)], capture_output=True, check=True)
    assert process.stdout.startswith(b"['table', None, 'run/task/table.arrow'")


def test_a_later_file_of_the_same_name_replaces_the_earlier(store: ArtifactStore) -> None:
    first = store.put(np.arange(10_000), KEY)
    held = store.get(first)
    second = store.put(np.arange(10_000) * 2, KEY)
    assert first.path == second.path
    assert store.get(second)[1] == 2
    assert held[1] == 1


def test_two_processes_that_write_the_same_file(tmp_path: Path) -> None:
    """Each has a file aside of its own; one of them is there in the end, whole."""
    writers = [threading.Thread(target=_write_often, args=(tmp_path, letter)) for letter in (b"a", b"b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    content = (tmp_path / "run" / "x").read_bytes()
    assert content in (b"a" * 100_000, b"b" * 100_000)
    assert files_of(tmp_path) == ["run/x"]


def _write_often(root: Path, letter: bytes) -> None:
    for _ in range(20):
        sealing.seal(Folders(root), root / "run" / "x", lambda out: out.write(letter * 100_000))
