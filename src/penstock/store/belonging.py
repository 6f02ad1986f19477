"""Whose database it is: that of one project (docs/decisions/0027-a-database-belongs-to-one-project.md)."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from penstock.store.connection import Connection

#: Two that begin at the same time on PostgreSQL come one after the other. Any number of ours would do.
_LOCK: Final = "SELECT pg_advisory_xact_lock(5787202114)"


class Project(NamedTuple):
    """A project as its database knows it.

    `chosen`: its settings give that name; else it is the name of its folder. `where`: a machine and a folder on it.
    """

    name: str
    chosen: bool
    where: str


class Present(NamedTuple):
    """A pipeline that was found in a file (from the project's folder) when the project was last looked into."""

    namespace: str
    name: str
    file: str


def project_of(connection: Connection, *, hold: bool = False) -> Project | None:
    """Whose it is; None as long as nobody has said so. `hold`: others who ask so wait until this transaction ends."""
    if hold and connection.dialect == "postgresql":
        connection.one(_LOCK)
    row = connection.one("SELECT value FROM about WHERE name = 'project'")
    return None if row is None else Project(**json.loads(row[0]))


def give_to(connection: Connection, project: Project) -> None:
    """Make it that project's."""
    connection.run(
        "INSERT INTO about (name, value) VALUES ('project', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (json.dumps(project._asdict()),),
    )


def present(connection: Connection) -> list[Present]:
    """The pipelines that the project has, as far as was told."""
    rows = connection.all(
        "SELECT namespace, pipeline, file FROM pipeline WHERE present = ? AND file IS NOT NULL "
        "ORDER BY namespace, pipeline",
        (True,),
    )
    return [Present(*row) for row in rows]
