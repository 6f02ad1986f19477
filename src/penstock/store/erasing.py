"""What deleted runs have left behind, erased in small parts: first files, then rows, the note of it last.

Every step may be done again, and by several at the same time. No transaction removes more than `PART` rows of a
table, so that nobody who commits beside it waits for long.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from penstock.model.ids import RUN_ID, key_of, run_id
from penstock.store.connection import Connection

#: Rows of a table that one transaction removes: some 10 ms.
PART: Final = 1000

#: Tables with the columns that name a row; those that belong to others first.
_TABLES: Final = (
    ("sample", "run_key, seq, n, at"), ("metric", "id"), ("event", "id"), ("artifact", "run_key, seq, n, dataset"),
    ("attempt", "run_key, seq, n"), ("task_run_row", "run_key, seq"), ("label", "run_key, key"),
    ("timer", "run_key, kind, seq"), ("slot", "name, run_key, seq, n"),
    ("result", "key"),
)  # fmt: skip
#: Rows of runs that are there whose file another run has made; the index `artifact_shared` has no others.
_SHARED: Final = "artifact.n = 0 AND artifact.path IS NOT NULL"
_IS_THERE: Final = "EXISTS (SELECT 1 FROM run WHERE run.key = artifact.run_key)"


def shared_paths(connection: Connection, key: int) -> set[str]:
    """Files that a deleted run has made and runs that are there still name."""
    rows = connection.all(
        f"SELECT path FROM artifact WHERE {_SHARED} AND substr(path, 1, 13) = ? AND {_IS_THERE}", (run_id(key),)
    )
    return {row[0] for row in rows}


def last_named(connection: Connection, key: int) -> list[str]:
    """Files that a deleted run has named, that a run made which is gone too, and that no other run names."""
    rows = connection.all(f"SELECT DISTINCT path FROM artifact WHERE run_key = ? AND {_SHARED}", (key,))
    found = []
    for (path,) in rows:
        maker = path.partition("/")[0]
        if not RUN_ID.fullmatch(maker) or maker == run_id(key):
            continue
        made_by = key_of(maker)
        there = connection.one("SELECT 1 FROM run WHERE key = ?", (made_by,))
        if there is None and path not in shared_paths(connection, made_by):
            found.append(path)
    return found


def erase_rows(connection: Connection, keys: Sequence[int], part: int = PART) -> bool:
    """Remove at most `part` rows of deleted runs, within a transaction that writes. False once all are gone.

    The note that something is left goes with the last of them.
    """
    places, left = ", ".join("?" * len(keys)), part
    for table, columns in _TABLES:
        left -= connection.run(
            f"DELETE FROM {table} WHERE ({columns}) IN "
            f"(SELECT {columns} FROM {table} WHERE run_key IN ({places}) LIMIT ?)",
            (*keys, left),
        )
        if left <= 0:
            return True
    connection.run(f"DELETE FROM command WHERE run_key IN ({places})", keys)
    return False


def strangers(connection: Connection, keys: Sequence[int]) -> list[int]:
    """Those of these runs of which the database knows nothing, and that it does not have to erase."""
    found: list[int] = []
    for start in range(0, len(keys), PART):
        part = keys[start : start + PART]
        places = ", ".join("?" * len(part))
        rows = connection.all(
            f"SELECT key FROM run WHERE key IN ({places}) "
            f"UNION SELECT run_key FROM command WHERE run_key IN ({places})",
            (*part, *part),
        )
        known = {row[0] for row in rows}
        found += [key for key in part if key not in known]
    return found
