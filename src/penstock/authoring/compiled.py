"""Compiled files (`*.pyc`) that may be of an earlier text than the one that stands in their source.

Python takes one for current when it names the size of its source and the second in which that was saved: of a file that
was saved twice within a second, at the same length, it goes on with the first text. It writes a compiled file after it
has read the source, so one that is no newer than its source, or hardly, is compiled anew here.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import TYPE_CHECKING, Final

from penstock.authoring import own_code

if TYPE_CHECKING:
    from importlib.abc import PathEntryFinder

#: Nanoseconds that may pass from reading a source to writing what was compiled: it may be saved in between. It takes
#: 10 ms for 1000 lines. What is compiled so soon after a save is compiled once more.
_COMPILING: Final = 100_000_000
#: Where a compiled file tells by what it is compared with its source, and how: by time and size (PEP 552).
_KIND: Final = slice(4, 8)
_BY_TIME: Final = b"\0\0\0\0"


class OwnLoader(SourceFileLoader):
    """Loads a module of the user's own."""

    def get_data(self, path: str) -> bytes:
        """The content of a file. Raises OSError for a compiled one that is not to be believed: to Python it is not
        there then, and is written anew where that is possible.
        """
        # Asked before it is read: it may be replaced by a newer one in between.
        doubtful = path.endswith(".pyc") and os.stat(path).st_mtime_ns < os.stat(self.path).st_mtime_ns + _COMPILING
        data = super().get_data(path)
        if doubtful and data[_KIND] == _BY_TIME:
            raise OSError(f"{path} may be of an earlier text of {self.path}")
        return data


_usual: Final = FileFinder.path_hook(
    (ExtensionFileLoader, EXTENSION_SUFFIXES), (OwnLoader, SOURCE_SUFFIXES), (SourcelessFileLoader, BYTECODE_SUFFIXES)
)


def _finder(folder: str) -> PathEntryFinder:
    """What finds modules in a folder of somebody's own. Raises ImportError for others, as a path hook has to."""
    if own_code.is_installed(folder):
        raise ImportError(f"{folder} is installed", path=folder)
    return _usual(folder)


def doubt() -> None:
    """From here on, import the user's own modules as they are now, in this process. Libraries are imported as ever."""
    if _finder in sys.path_hooks:
        return
    sys.path_hooks.insert(0, _finder)
    for folder in list(sys.path_importer_cache):
        if not own_code.is_installed(folder):
            del sys.path_importer_cache[folder]
