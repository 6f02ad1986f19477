"""Requests that may be sent twice: the second time they get the first one's answer.

The row is written when the first request begins and gets the answer when it ends, in the transaction that does what was
asked. A request that never ends (the server was killed) blocks its key for `STUCK` seconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from penstock.store.connection import Connection
from penstock.store.texts import check_texts
from penstock.store.times import micros

#: Seconds that answers are kept.
KEPT: Final = 86_400.0
#: Seconds after which a request without an answer counts as lost.
STUCK: Final = 60.0
#: Rows that are forgotten at a time.
_PART: Final = 500


@dataclass(frozen=True, slots=True)
class Begun:
    """What is known of a request. `status` and `body` are the first one's answer where it is `answered`."""

    state: Literal["new", "answered", "other_body", "in_progress"]
    status: int | None = None
    body: Any = None


def begin(connection: Connection, key: str, route: str, digest: str, now: float) -> Begun:
    """Look a request up and note that it begins, within a transaction that writes. `digest` is that of its body."""
    check_texts("Idempotency-Key", [key], 200)
    _purge(connection, now)
    connection.run(
        "DELETE FROM idempotency WHERE key = ? AND route = ? AND "
        "(created_at <= ? OR (status IS NULL AND created_at <= ?))",
        (key, route, micros(now - KEPT), micros(now - STUCK)),
    )
    new = connection.run(
        "INSERT INTO idempotency (key, route, digest, created_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (key, route) DO NOTHING",
        (key, route, digest, micros(now)),
    )
    if new:
        return Begun("new")
    row = connection.one("SELECT digest, status, body FROM idempotency WHERE key = ? AND route = ?", (key, route))
    if row is None or row[0] != digest:
        return Begun("in_progress" if row is None else "other_body")
    if row[1] is None:
        return Begun("in_progress")
    return Begun("answered", row[1], json.loads(row[2]))


def finish(connection: Connection, key: str, route: str, status: int, body: Any) -> None:
    """Keep the answer."""
    connection.run(
        "UPDATE idempotency SET status = ?, body = ? WHERE key = ? AND route = ?",
        (status, json.dumps(body), key, route),
    )


def forget(connection: Connection, key: str, route: str) -> None:
    """Forget a request that failed, so that it may be sent again."""
    connection.run("DELETE FROM idempotency WHERE key = ? AND route = ? AND status IS NULL", (key, route))


def _purge(connection: Connection, now: float) -> None:
    connection.run(
        "DELETE FROM idempotency WHERE (key, route) IN "
        "(SELECT key, route FROM idempotency WHERE created_at <= ? ORDER BY created_at LIMIT ?)",
        (micros(now - KEPT), _PART),
    )
