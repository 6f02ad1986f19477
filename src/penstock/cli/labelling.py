"""Setting labels on runs, and removing some, from a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.cli import orders
from penstock.cli.target import pairs
from penstock.errors import UsageError
from penstock.store import labels
from penstock.store.orders import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from penstock.store.connection import Connection


def label(words: Sequence[str], remove: Sequence[str], query: str | None, *, sure: bool, as_json: bool) -> int:
    """`words` are runs, and labels as `name=value`. The exit code. Raises NotFound, UsageError."""
    new = pairs([word for word in words if "=" in word], "label")
    runs = [word for word in words if "=" not in word]
    if not new and not remove:
        raise UsageError("no label is given", cure="write name=value to set one, --remove NAME to remove one")

    def do(connection: Connection, key: int, now: float, by: str) -> Outcome:
        (why,) = labels.change_labels(connection, [key], new, remove, now, by).values()
        return Outcome(key, "applied") if why is None else Outcome.refused(key, why)

    done = [f"{name}={value}" for name, value in new.items()]
    done += [f"without {name}" for name in remove if name not in new]
    return orders.act(orders.Chosen("label", runs, query, sure), do, as_json=as_json, done=", ".join(done))
