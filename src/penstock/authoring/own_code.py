"""The user's own modules: which of those that are loaded, and the digest over them."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Final

#: Where code lies that is nobody's project, although a project may lie around it: Python, an environment, Penstock.
_PYTHON: Final = os.path.join(os.path.realpath(os.path.dirname(os.__file__)), "")
_INSTALLED: Final = (
    _PYTHON,
    *(os.path.join(os.path.realpath(path), "") for path in (sys.prefix, os.path.dirname(os.path.dirname(__file__)))),
)
_FOLDERS: Final = ("site-packages", "dist-packages")


def files(root: Path) -> tuple[str, ...]:
    """Files of the loaded modules that lie below `root` and are not installed, relative to it, in order."""
    start = os.path.join(root, "")
    installed = tuple(path for path in _INSTALLED if path.startswith(start) and path != start)
    found = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(start) and file.endswith(".py") and not file.startswith(installed):
            name = file[len(start) :]
            if not any(folder in _FOLDERS or folder.startswith(".") for folder in name.split(os.sep)[:-1]):
                found.add(name)
    return tuple(sorted(found))


class Project:
    """Tells the files of a project with that root, and of what else is nobody's library, from installed ones."""

    def __init__(self, root: Path | str) -> None:
        start = os.path.join(os.path.realpath(root), "")
        # A project may lie where Python does: an environment that was made in its folder.
        self._installed = tuple(path for path in _INSTALLED if not start.startswith(path))
        self._known: dict[str, bool] = {}

    def has(self, file: str | None) -> bool:
        """Is it a file of somebody's own?"""
        if not file or file.startswith("<"):
            return False
        if file not in self._known:
            real = os.path.realpath(file)
            self._known[file] = not real.startswith(self._installed) and not any(
                folder in _FOLDERS for folder in real.split(os.sep)
            )
        return self._known[file]


def is_installed(folder: str) -> bool:
    """Does a folder hold modules of Python or of libraries? Whoever's code lies elsewhere may change at any moment."""
    real = os.path.join(os.path.realpath(folder), "")
    return real.startswith(_PYTHON) or any(part in _FOLDERS for part in real.split(os.sep))


def digest(root: Path, names: tuple[str, ...]) -> str:
    """SHA-256, in hex, over names and contents of files."""
    made = hashlib.sha256()
    for name in names:
        content = (root / name).read_bytes()
        made.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        made.update(content)
    return made.hexdigest()
