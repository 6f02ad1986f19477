"""Labels that people set on runs that are there. Each change is an event of its run, so that it shows live."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from penstock.errors import NotFound, UsageError
from penstock.model.ids import run_id
from penstock.store.connection import Connection
from penstock.store.rows import Commit, NewEvent
from penstock.store.statements import Delete, Insert
from penstock.store.texts import check_texts
from penstock.store.times import micros
from penstock.store.write import apply

#: Labels of a run, and characters of a label's name and value. PostgreSQL takes 2,700 bytes in one entry of an index.
MOST: Final = 100
LONGEST_NAME: Final = 100
LONGEST_VALUE: Final = 500
#: Runs that are labelled in one transaction.
MOST_RUNS: Final = 1000

_SET: Final = Insert("label", ("run_key", "key", "value"), "(run_key, key) DO UPDATE SET value = excluded.value")
_REMOVE: Final = Delete("label", ("run_key", "key"))


def check_labels(labels: Mapping[str, str]) -> None:
    """Raise UsageError for labels that can't be kept."""
    if len(labels) > MOST:
        raise UsageError(f"a run can't have {len(labels)} labels", cure=f"set at most {MOST}")
    if any(not name.strip() for name in labels):
        raise UsageError("a label has no name", cure="write name=value")
    check_texts("label's name", labels, LONGEST_NAME)
    check_texts("label", labels.values(), LONGEST_VALUE)


def change_labels(
    connection: Connection,
    keys: Iterable[int],
    new: Mapping[str, str],
    remove: Iterable[str],
    now: float,
    by: str | None = None,
) -> dict[int, UsageError | None]:
    """Set and remove labels on runs, at most `MOST_RUNS`, within a transaction that writes. `by` is who does.

    By key: None when it was done, else why not. Raises UsageError for labels that can't be kept.
    """
    check_labels(new)
    gone = sorted({*remove} - new.keys())
    if len(gone) > MOST:
        raise UsageError(f"{len(gone)} labels can't be removed at once", cure=f"remove at most {MOST}")
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST_RUNS:
        raise UsageError(f"{len(wanted)} runs can't be labelled at once", cure=f"label at most {MOST_RUNS}")
    check_texts("label's name", gone, LONGEST_NAME)
    outcomes = _refused(connection, wanted, new, gone)
    able = [key for key in wanted if key not in outcomes]
    connection.run_many(_REMOVE, [(key, name) for key in able for name in gone])
    connection.run_many(_SET, [(key, name, value) for key in able for name, value in new.items()])
    told = json.dumps({"set": dict(new), "removed": gone, **({} if by is None else {"by": by})})
    apply(connection, Commit(events=[NewEvent(key, None, None, micros(now), "run.labels", told) for key in able]))
    return {key: outcomes.get(key) for key in wanted}


def set_labels(
    connection: Connection,
    key: int,
    new: Mapping[str, str],
    remove: Iterable[str],
    now: float,
    by: str | None = None,
) -> None:
    """The same for one run. Raises NotFound and UsageError."""
    refusal = change_labels(connection, [key], new, remove, now, by)[key]
    if refusal is not None:
        raise refusal


def _refused(connection: Connection, keys: list[int], new: Mapping[str, str], gone: list[str]) -> dict[int, UsageError]:
    """Runs that are not there, and those that would get too many labels."""
    if not keys:
        return {}
    places = ", ".join("?" * len(keys))
    known = {row[0] for row in connection.all(f"SELECT key FROM run WHERE key IN ({places})", keys)}
    refused: dict[int, UsageError] = {
        key: NotFound(f"there is no run {run_id(key)}") for key in keys if key not in known
    }
    touched = [*new, *gone]
    others = f" AND label.key NOT IN ({', '.join('?' * len(touched))})" if touched else ""
    counts = connection.all(
        f"SELECT run_key, count(*) FROM label WHERE run_key IN ({places}){others} GROUP BY run_key HAVING count(*) > ?",
        (*keys, *touched, MOST - len(new)),
    )
    for key, count in counts if new else ():
        told = f"run {run_id(key)} would have {count + len(new)} labels"
        refused[key] = UsageError(told, cure=f"at most {MOST} can be kept: remove some")
    return refused
