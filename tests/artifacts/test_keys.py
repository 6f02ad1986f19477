"""Keys and paths: whatever the names are, files stay below the root, and apart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.artifacts import ArtifactStore, keys
from penstock.errors import ArtifactError

PARTS = st.text(st.characters(exclude_characters="/\0", exclude_categories=()), min_size=1, max_size=300).filter(
    lambda part: part not in (".", "..")
)


@given(st.lists(PARTS, min_size=1, max_size=4))
def test_any_key_is_a_path_below_the_root(parts: list[str]) -> None:
    path = keys.path_of("/".join(parts))
    assert keys.below(Path("/nowhere/at/all"), path).relative_to("/nowhere/at/all") == Path(path)
    assert path.isascii()
    assert all(len(part) <= keys.PART and not part.startswith(".") for part in path.split("/"))


@given(PARTS, PARTS)
def test_different_keys_are_different_paths(one: str, other: str) -> None:
    assert (keys.path_of(one) == keys.path_of(other)) == (one == other)


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a/.", "a\0b"])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ArtifactError, match="is no key of an artifact; write it as 'run/task/dataset'"):
        keys.path_of(key)


def test_keys_of_attempts_are_readable() -> None:
    assert keys.path_of("01hzy6m3q8k2v/clean.3.1.1/by carrier") == "01hzy6m3q8k2v/clean.3.1.1/by%20carrier"


@given(PARTS)
def test_names_of_files_can_be_shown_and_made(name: str) -> None:
    safe = keys.file_name(name)
    assert 0 < len(safe.encode()) <= 255
    assert safe.isprintable()
    assert "/" not in safe
    assert not safe.startswith(".")


def test_delete(store: ArtifactStore, tmp_path: Path) -> None:
    def put(key: str) -> Path:
        return store.file(store.put(b"x" * 30_000, key))

    (tmp_path / "file").touch()
    runs = {
        key: put(key) for key in ("r1/a..1.1/x", "r1/a..1.1/xy", "r1/a..1.1/x.y", "r1/b..1.1/x", "r11/a/x", "r2/a/x")
    }
    kept = store.file(store.put(tmp_path / "file", "r2/a/file"))
    store.delete("r1/b..1.1/x")
    store.delete("r1/a..1.1/x")
    assert [key for key, file in runs.items() if file.exists()] == ["r1/a..1.1/xy", "r11/a/x", "r2/a/x"]
    store.delete("r1")
    store.delete("r2/a/file")
    store.delete("r3/never/was")
    assert [key for key, file in runs.items() if file.exists()] == ["r11/a/x", "r2/a/x"]
    assert not kept.exists()
    assert not (store.root / "r1").exists()
    with pytest.raises(ArtifactError):
        store.delete("../outside")


def test_delete_follows_no_link(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").touch()
    store.root.mkdir()
    (store.root / "run").symlink_to(tmp_path / "outside")
    with pytest.raises(ArtifactError):
        store.delete("run")
    assert (tmp_path / "outside" / "file").exists()


IMPORTS = """
import sys
before = set(sys.modules)
from penstock.artifacts import ArtifactStore
store = ArtifactStore(sys.argv[1])
for value in (1, "a", [1, {"a": None}], (1,), b"x" * 30_000, ["x" * 40_000], {1: object}):
    assert type(store.get(store.put(value, "run/value"))) is type(value)
print(sorted({"numpy", "pandas", "pyarrow", "polars", "matplotlib", "uuid", "logging", "tempfile"} & set(sys.modules)))
"""


def test_no_library_is_imported_before_a_value_needs_it(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(tmp_path)], capture_output=True, text=True, env=dict(os.environ)
    )
    assert process.stdout.strip() == "[]", process.stderr
