"""Folders that outlive a power cut: one is made, and then the entry in its parent is synced."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

#: Folders that are remembered as settled, so that they are not synced again.
_KNOWN: Final = 4096


class Folders:
    """Makes folders below a root, readable by their owner only."""

    def __init__(self, root: Path) -> None:
        self._root = root
        #: Folders whose own entry is on disk.
        self._settled: set[Path] = set()

    def make(self, folder: Path) -> list[Path]:
        """Make a folder with those above it. Returns the folders to sync, when there is something in it.

        A folder that is there may have been made by another process a moment ago, and not be on disk yet: so the
        first time here, the entries of all above it are synced, made or met.
        """
        if folder in self._settled and folder.is_dir():
            return []
        self._mkdir(folder)
        return [each.parent for each in self._chain(folder) if each not in self._settled]

    def settle(self, folder: Path) -> None:
        """The entries of a folder, and of all above it, are on disk."""
        chain = self._chain(folder)
        if len(self._settled) + len(chain) > _KNOWN:
            self._settled.clear()
        self._settled.update(chain)

    def _mkdir(self, folder: Path) -> None:
        with contextlib.suppress(FileExistsError):
            try:
                folder.mkdir(mode=0o700)
            except FileNotFoundError:
                if folder == self._root:
                    folder.parent.mkdir(parents=True, exist_ok=True)
                else:
                    self._mkdir(folder.parent)
                folder.mkdir(mode=0o700)

    def _chain(self, folder: Path) -> list[Path]:
        """The folder and those above it, down to the root."""
        chain = [folder]
        while chain[-1] != self._root and chain[-1] != chain[-1].parent:
            chain.append(chain[-1].parent)
        return chain


def sync(folder: Path) -> None:
    """Bring a folder's entries to disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Some network and test file systems can't sync a folder (EINVAL); they keep their entries by other means.
        with contextlib.suppress(OSError):
            os.fsync(fd)
    finally:
        os.close(fd)
