"""Who is signed in. Secrets are never kept: only their digests (SHA-256; they are random, so no salt is needed)."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from penstock.store.connection import Connection
from penstock.store.times import micros

#: Seconds that a session lasts, and a code.
SESSION: Final = 30 * 86_400.0
CODE: Final = 300.0
#: Sessions and codes that are kept; the oldest make room.
MOST: Final = 1000


def create_code(connection: Connection, now: float, lifetime: float = CODE) -> str:
    """A new one-time code for signing in."""
    code = secrets.token_urlsafe(24)
    _forget_old(connection, "sign_in_code", now)
    connection.run(
        "INSERT INTO sign_in_code (digest, expires_at) VALUES (?, ?)", (_digest(code), micros(now + lifetime))
    )
    return code


def redeem_code(connection: Connection, code: str, now: float) -> str | None:
    """A new session for a code, which is used up by that; None for one that is not known or too old."""
    row = connection.one("DELETE FROM sign_in_code WHERE digest = ? RETURNING expires_at", (_digest(code),))
    if row is None or row[0] <= micros(now):
        return None
    return create_session(connection, now)


def create_session(connection: Connection, now: float, lifetime: float = SESSION) -> str:
    """A new session's secret."""
    session = secrets.token_urlsafe(32)
    _forget_old(connection, "session", now)
    connection.run(
        "INSERT INTO session (digest, created_at, expires_at) VALUES (?, ?, ?)",
        (_digest(session), micros(now), micros(now + lifetime)),
    )
    return session


def is_session(connection: Connection, session: str, now: float) -> bool:
    """Is that the secret of a session that lasts?"""
    row = connection.one("SELECT expires_at FROM session WHERE digest = ?", (_digest(session),))
    return row is not None and row[0] > micros(now)


def end_session(connection: Connection, session: str) -> bool:
    """Sign out. False when there was no such session."""
    return connection.run("DELETE FROM session WHERE digest = ?", (_digest(session),)) == 1


def _forget_old(connection: Connection, table: str, now: float) -> None:
    connection.run(f"DELETE FROM {table} WHERE expires_at <= ?", (micros(now),))
    connection.run(
        f"DELETE FROM {table} WHERE digest IN (SELECT digest FROM {table} ORDER BY expires_at DESC LIMIT ? OFFSET ?)",
        (MOST, MOST - 1),
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
