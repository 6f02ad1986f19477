"""Nothing outside of the folder of logs is opened, and nothing that is no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from penstock.logbook.folder import OPEN, Files, Folder, Unreadable
from penstock.logbook.shelf import Shelf
from penstock.logbook.view import Attempt, View
from tests.logbook.naive import Naive


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret\n")
    root = tmp_path / "logs"
    root.mkdir()
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "away").symlink_to(tmp_path)
    (root / "round").symlink_to(root / "round")
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    return root


@pytest.mark.parametrize(
    "path", ["../secret", "out", "away/secret", "folder", "pipe", "round", "a\0b", "/etc/hostname", "x" * 5000]
)
def test_refuses_what_is_not_a_file_below_it(root: Path, path: str) -> None:
    with pytest.raises(Unreadable):
        Folder(root).open(path)
    with View(Shelf(Folder(root)), [Attempt("t", None, None, 1, 1, path, False)]) as view:
        assert view.total == 0
        assert view.damaged == [path]


def test_what_was_not_written_is_empty_and_no_damage(root: Path) -> None:
    with View(Shelf(Folder(root)), [Attempt("t", None, None, 1, 1, "folder/none.jsonl", False)]) as view:
        assert (view.total, view.damaged) == (0, [])


def test_a_log_that_becomes_a_link_is_not_followed(root: Path) -> None:
    naive = Naive(root)
    naive.write(0, [(0, None, "mine")])
    shelf = Shelf(Folder(root))
    shelf.index("0.jsonl")
    (root / "0.jsonl").unlink()
    (root / "0.jsonl").symlink_to(root.parent / "secret")
    with pytest.raises(Unreadable):
        shelf.index("0.jsonl")


def test_only_few_files_are_open(root: Path) -> None:
    for number in range(OPEN + 20):
        (root / str(number)).write_text("x")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    files = Files(Folder(root))
    assert all(files.read(str(number), 0, 1) == b"x" for number in range(OPEN + 20))
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before + OPEN
    files.close()
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before


def test_indexes_take_no_more_memory_than_they_may(root: Path) -> None:
    naive = Naive(root)
    for number in range(30):
        naive.write(number, [(0, None, "x")])
    shelf = Shelf(Folder(root), room=10_000)
    for number in range(30):
        shelf.index(f"{number}.jsonl")
    assert 5_000 < shelf.weight <= 10_000
