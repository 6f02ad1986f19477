"""Removing the files of runs that were deleted. Everything may be done twice: what is gone already is no error."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from penstock.artifacts.keys import below
from penstock.model.ids import RUN_ID


def remove_run(root: Path, run_id: str, keep: Collection[str] = ()) -> None:
    """Remove the folder of a run below `root`, but for the files of `keep` (paths below the root).

    Links are removed, and not followed. Raises OSError where something can't be removed.
    """
    if not RUN_ID.fullmatch(run_id):
        raise ValueError(f"'{run_id}' is no run id")
    folder = root / run_id
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
        return
    for inside, folders, files in os.walk(folder, topdown=False, onerror=_tell):
        place = os.path.relpath(inside, root)
        for name in files:
            if f"{place}/{name}" not in keep:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(os.path.join(inside, name))
        for name in folders:
            if os.path.islink(os.path.join(inside, name)):
                os.unlink(os.path.join(inside, name))
        _remove_empty(Path(inside))


def remove_files(root: Path, paths: Iterable[str]) -> None:
    """Remove files below `root`, and folders that are empty then. Raises OSError, and ArtifactError for one outside."""
    root = root.resolve()
    for path in paths:
        file = below(root, path)
        file.unlink(missing_ok=True)
        for folder in file.parents:
            if folder == root or not _remove_empty(folder):
                break


def runs_in(root: Path) -> list[str]:
    """Ids of runs that have a folder below `root`."""
    try:
        return sorted(name for name in os.listdir(root) if RUN_ID.fullmatch(name))
    except FileNotFoundError:
        return []


def size_of(root: Path, run_id: str, keep: Collection[str] = ()) -> int | None:
    """Bytes of the files that `remove_run` would remove; None where it would remove none."""
    sizes = []
    for inside, _, files in os.walk(root / run_id):
        place = os.path.relpath(inside, root)
        for name in files:
            if f"{place}/{name}" not in keep:
                with contextlib.suppress(FileNotFoundError):
                    sizes.append(os.lstat(os.path.join(inside, name)).st_size)
    return sum(sizes) if sizes else None


def _remove_empty(folder: Path) -> bool:
    """Remove a folder that is empty. False when something is in it."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _tell(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
