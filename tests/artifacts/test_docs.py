"""The page for users says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from penstock.artifacts import recent, store, tags
from penstock.artifacts.codecs import choice
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
