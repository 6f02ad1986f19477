"""Two runs side by side, from what is stored of them."""

from __future__ import annotations

from typing import Any

from penstock.errors import NotFound
from penstock.insights.compare import compare
from penstock.model.ids import run_id
from penstock.store.connection import Connection
from penstock.store.documents import run_document
from penstock.store.versions import spec_of


def compare_runs(connection: Connection, key: int, with_: int | None = None) -> dict[str, Any]:
    """A run and another one, as wire.compare.Comparison; without another, after the run of its pipeline before it.

    Raises NotFound for a run that is not there, and where there is none before it.
    """
    first, second = (_before(connection, key), key) if with_ is None else (key, with_)
    documents = [run_document(connection, each) for each in (first, second)]
    return compare(*documents, *(spec_of(connection, each) for each in (first, second)))


def _before(connection: Connection, key: int) -> int:
    row = connection.one(
        "SELECT max(other.key) FROM run JOIN run AS other ON other.pipeline = run.pipeline "
        "AND other.namespace = run.namespace AND other.key < run.key WHERE run.key = ?",
        (key,),
    )
    if row is None or row[0] is None:
        raise NotFound(f"there is no run before {run_id(key)} to compare it with", cure="name the other run too")
    return int(row[0])
