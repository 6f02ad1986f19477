"""The pipelines of a file, for tests that are not about finding them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from penstock.authoring.discovery import discover
from penstock.model.spec import PipelineSpec


def discovered(file: Path) -> list[PipelineSpec]:
    """As `discover`; a process is started for a text once, and again where other modules are beside the file."""
    if list(file.parent.glob("*.py")) != [file]:
        return discover(file)
    root = str(file.parent)
    return [replace(one, code=one.code and replace(one.code, root=root)) for one in _read(file.name, file.read_text())]


@cache
def _read(name: str, text: str) -> list[PipelineSpec]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(text)
        return discover(file)
