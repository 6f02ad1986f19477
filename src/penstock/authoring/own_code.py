"""The user's own modules: which of those that are loaded, and the digest over them."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from pathlib import Path
from typing import Final

#: Where code lies that is nobody's project, although a project may lie around it.
_INSTALLED: Final = tuple(
    os.path.realpath(path) + os.sep
    for path in {*sysconfig.get_paths().values(), sys.prefix, os.path.dirname(os.path.dirname(__file__))}
)
_FOLDERS: Final = ("site-packages", "dist-packages")


def files(root: Path) -> tuple[str, ...]:
    """Files of the loaded modules that lie below `root` and are not installed, relative to it, in order."""
    start = f"{root}{os.sep}"
    found = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(start) and file.endswith(".py") and _is_own(file, root):
            found.add(file[len(start) :])
    return tuple(sorted(found))


def _is_own(file: str, root: Path) -> bool:
    folders = file[len(str(root)) + 1 :].split(os.sep)[:-1]
    if any(folder in _FOLDERS or folder.startswith(".") for folder in folders):
        return False
    # A Python whose prefix is the project's own folder, or lies around it, says nothing about the file.
    around = f"{root}{os.sep}"
    return not any(file.startswith(path) and path.startswith(around) and path != around for path in _INSTALLED)


def digest(root: Path, names: tuple[str, ...]) -> str:
    """SHA-256, in hex, over names and contents of files."""
    made = hashlib.sha256()
    for name in names:
        content = (root / name).read_bytes()
        made.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        made.update(content)
    return made.hexdigest()
