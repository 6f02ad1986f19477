"""Files that tasks made: copied, under their own name. A consumer gets the path of the sealed copy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from penstock.artifacts.codecs.codec import Prepared
from penstock.artifacts.content import Content
from penstock.artifacts.keys import file_name
from penstock.artifacts.sink import Sink
from penstock.errors import Unstorable


def prepare(value: Path) -> Prepared:
    """A regular file, or a link to one."""
    return Prepared("file", f"/{file_name(value.name)}", "pathlib.Path", lambda out: _copy(value, out))


def _copy(file: Path, out: Sink) -> None:
    try:
        source = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise Unstorable(
            f"the file {file} can't be read: {error.strerror}", cure="return the Path of a file that this user may read"
        ) from error
    try:
        out.copy(source)
    finally:
        os.close(source)


def reader(content: Content) -> Callable[[], Path]:
    """The sealed copy may be read by all, and changed by none (mode 0444)."""
    return lambda: content.file
