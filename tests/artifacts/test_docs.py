"""The page for users says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from penstock.artifacts import preview, recent, store, tags
from penstock.artifacts.codecs import choice
from penstock.artifacts.previews import cells, summary
from penstock.artifacts.reader import child
from penstock.errors import ArtifactCorrupt, DiskFull
from penstock.model.artifact import Kind

PAGE = (Path(__file__).parents[2] / "docs" / "artifacts.md").read_text()
TABLE = [line for line in PAGE.splitlines() if line.startswith("| ")]


def test_every_kind_is_told() -> None:
    told = {row.split(" | ")[2].strip("`") for row in TABLE[2:]}
    assert told == set(get_args(Kind))


def test_every_plain_type_and_library_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", "\n".join(TABLE)))
    internal = {"PurePosixPath", "numpy"}
    assert set(tags._READERS) - internal <= told
    for library, _ in choice._BY_TYPE:
        assert library in "\n".join(TABLE)


def test_figures_and_codes() -> None:
    assert f"over {store.INLINE >> 10} KiB" in PAGE
    assert f"up to {recent.BYTES >> 20} MiB" in PAGE
    assert f"nested {tags.DEPTH} deep" in PAGE
    for code in (ArtifactCorrupt.code, DiskFull.code):
        assert f"`{code}`" in PAGE


def test_the_limits_of_looks() -> None:
    assert f"up to {preview.CELLS:,} cells" in PAGE
    assert f"texts over {cells.LENGTH:,} characters" in PAGE
    assert f"the first {cells.ELEMENTS} elements" in PAGE
    assert f"up to {summary.ROWS:,} rows" in PAGE
    assert f"stops after {summary.SECONDS:.0f} s" in PAGE
    assert f"{child.MEMORY >> 30} GiB of memory of its own" in PAGE
    assert f"nobody has looked for {child.IDLE:.0f} s" in PAGE
