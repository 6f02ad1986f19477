"""Versions that come into use while retention removes those that nobody uses.

Who uses a version shares its row until that is on record; who removes it has the row alone, and leaves one that is
shared. A statement of PostgreSQL that waited for a row does not ask anew who uses it: so the row is had before the
statement that asks. SQLite has one writer.
"""

from __future__ import annotations

from typing import Final

from penstock.store.connection import Connection

_KNOWN: Final = "SELECT 1 FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND version = ?"
_SHARED: Final = {"sqlite": _KNOWN, "postgresql": f"{_KNOWN} FOR KEY SHARE"}
_ALONE: Final = {"sqlite": _KNOWN, "postgresql": f"{_KNOWN} FOR UPDATE SKIP LOCKED"}


def share(connection: Connection, namespace: str, pipeline: str, version: str) -> bool:
    """Is a version there? Then nobody removes it before the transaction, which writes, ends."""
    return connection.one(_SHARED[connection.dialect], (namespace, pipeline, version)) is not None


def take_alone(connection: Connection, namespace: str, pipeline: str, version: str) -> bool:
    """Is a version there that nobody shares? Then nobody can before the transaction, which writes, ends."""
    return connection.one(_ALONE[connection.dialect], (namespace, pipeline, version)) is not None
