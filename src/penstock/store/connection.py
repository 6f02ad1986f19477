"""What the store asks of a database connection; `sqlite` and `postgres` each give one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol, TypeAlias

from penstock.store.statements import Statement
from penstock.store.views import Dialect

Row: TypeAlias = tuple[Any, ...]

#: Seconds to wait for a lock that another program holds.
PATIENCE: Final = 30.0


class Connection(Protocol):
    """One connection, for one thread at a time, made either for writing or for reading only.

    Values stand in SQL as `?`; no text pastes them in. Every method raises StoreBusy when somebody else held the
    database for 30 s, DiskFull, StoreCorrupt, StaleWrite when a row that must be the only one is there already, and
    StoreError for what else the database refuses; UnicodeError for text that it can't hold (see `cleaning`). After an
    error the transaction can only be rolled back.
    """

    dialect: Dialect

    @property
    def broken(self) -> bool:
        """Can the connection not be used any more?"""

    def begin(self) -> None:
        """Start a transaction. One that reads sees one state of the database until its end."""

    def commit(self) -> None:
        """Make the transaction durable: it is on disk when this returns."""

    def rollback(self) -> None:
        """Undo the transaction, if there is one. Raises nothing."""

    def announce(self) -> None:
        """Wake the engines, which look for what is asked of them, when this transaction is on record."""

    def close(self) -> None:
        """Give the connection up."""

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement; the number of rows that it changed."""

    def run_many(self, statement: Statement, rows: Sequence[Row]) -> int:
        """Run a statement for all rows, in order; the number of rows that it changed."""
