"""Stored values: what is passed between tasks, sealed on disk, checked on every read."""

from penstock.artifacts.recent import Recent
from penstock.artifacts.store import ArtifactStore

__all__ = ["ArtifactStore", "Recent"]
