"""A store in a temporary folder, and reading as another process would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from penstock.artifacts import ArtifactStore
from penstock.model.artifact import Artifact

KEY = "01hzy6m3q8k2v/clean..1.1/table"


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "artifacts")


@pytest.fixture
def read_elsewhere(store: ArtifactStore) -> Callable[[Artifact], Any]:
    """Reads from disk, with a store that has nothing in memory, from the form that messages have."""

    def read(artifact: Artifact) -> Any:
        return ArtifactStore(store.root).get(Artifact.from_list(artifact.to_list()))

    return read


def file_of(store: ArtifactStore, artifact: Artifact) -> Path:
    """The file, made writable for a test that damages it."""
    file = store.file(artifact)
    file.chmod(0o644)
    return file
