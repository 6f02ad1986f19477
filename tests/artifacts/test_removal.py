"""Removing the files of a run touches nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.artifacts.removal import remove_files, remove_run
from penstock.errors import ArtifactError

RUN, OTHER = "0000000000001", "0000000000002"


def put(root: Path, path: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(path)
    return file


def test_what_others_name_stays_with_its_folders(tmp_path: Path) -> None:
    kept, gone, other = (put(tmp_path, path) for path in (f"{RUN}/a/b.arrow", f"{RUN}/a/c/d.arrow", f"{OTHER}/a.arrow"))
    remove_run(tmp_path, RUN, {f"{RUN}/a/b.arrow"})
    assert (kept.is_file(), gone.parent.exists(), other.is_file()) == (True, False, True)
    remove_run(tmp_path, RUN)
    assert not (tmp_path / RUN).exists()
    remove_run(tmp_path, RUN)


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    outside = put(tmp_path, "elsewhere/precious.txt")
    root = tmp_path / "artifacts"
    put(root, f"{RUN}/a.arrow")
    (root / RUN / "folder").symlink_to(outside.parent)
    (root / RUN / "file").symlink_to(outside)
    (root / OTHER).symlink_to(outside.parent)
    remove_run(root, RUN)
    remove_run(root, OTHER)
    assert outside.is_file()
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("name", ["", ".", "..", "../elsewhere", "/", "a"])
def test_only_a_run_is_removed(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no run id"):
        remove_run(tmp_path, name)


def test_single_files_go_with_folders_that_are_empty_then(tmp_path: Path) -> None:
    put(tmp_path, f"{RUN}/a/b.arrow")
    left = put(tmp_path, f"{OTHER}/a/c.arrow")
    put(tmp_path, f"{OTHER}/a/b.arrow")
    remove_files(tmp_path, [f"{RUN}/a/b.arrow", f"{OTHER}/a/b.arrow", f"{OTHER}/a/none.arrow"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [OTHER]
    assert left.is_file()
    with pytest.raises(ArtifactError):
        remove_files(tmp_path, ["../outside"])
