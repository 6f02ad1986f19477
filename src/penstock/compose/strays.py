"""Files below a home that no run of its database has made: what is left when a database was replaced or restored."""

from __future__ import annotations

from typing import Final, NamedTuple

from penstock.artifacts import removal
from penstock.compose.home import Home
from penstock.model.ids import created_at, key_of
from penstock.store import erasing
from penstock.store.database import Database

#: Seconds since a run was made from which on it counts: what is new may be on its way into the database.
AGE: Final = 86_400.0


class Stray(NamedTuple):
    """The files of a run that is not in the database; `bytes` of those that no other run names."""

    run: str
    bytes: int


def strays(database: Database, home: Home, now: float) -> list[Stray]:
    """What nobody names, oldest first."""
    names = sorted({*removal.runs_in(home.artifacts), *removal.runs_in(home.logs)})
    keys = [key_of(name) for name in names if created_at(key_of(name)) < now - AGE]
    found = []
    with database.read() as connection:
        unknown = erasing.strangers(connection, keys)
        kept = {key: erasing.shared_paths(connection, key) for key in unknown}
    for name in names:
        if key_of(name) in kept:
            sizes = [removal.size_of(home.artifacts, name, kept[key_of(name)]), removal.size_of(home.logs, name)]
            if any(size is not None for size in sizes):
                found.append(Stray(name, sum(size or 0 for size in sizes)))
    return found


def remove(database: Database, home: Home, found: list[Stray]) -> None:
    """Remove them. Raises OSError."""
    for stray in found:
        with database.read() as connection:
            kept = erasing.shared_paths(connection, key_of(stray.run))
        removal.remove_run(home.artifacts, stray.run, kept)
        removal.remove_run(home.logs, stray.run)
