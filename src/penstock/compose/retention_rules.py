"""The table `[retention]` of the settings, as rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from penstock.model.durations import size, wait
from penstock.model.nearest import did_you_mean
from penstock.model.retention import Rule
from penstock.model.states import TERMINAL_RUN

#: What keeps runs for ever, whatever the general limits say.
FOREVER: Final = "forever"
_LIMITS: Final = ("keep", "runs", "bytes", "latest")
_PLACES: Final = ("namespace", "pipeline", "state")


def rules_of(value: Any) -> list[Rule]:
    """The rules in the order in which they count: those of `rules`, then the general limits.

    Raises ValueError with the cure.
    """
    table = _table(value, "[retention]", (*_LIMITS, "rules"))
    several = table.pop("rules", [])
    if not isinstance(several, list):
        raise ValueError("write [[retention.rules]], and below it one rule")
    found = [_rule(one, f"rule {number} of [retention]") for number, one in enumerate(several, 1)]
    return [*found, _rule(table, "[retention]")] if table else found


def _rule(value: Any, where: str) -> Rule:
    table = _table(value, where, (*_PLACES, *_LIMITS))
    if not {"keep", "runs", "bytes"} & table.keys():
        raise ValueError(f'{where} needs a limit: keep = "90d", runs = 1000, bytes = "50GB", or keep = "{FOREVER}"')
    latest = table.get("latest", True)
    if not isinstance(latest, bool):
        raise ValueError(f"{where}: latest is true or false")
    try:
        return Rule(
            _text(table, "namespace", where),
            _text(table, "pipeline", where),
            _states(table.get("state"), where),
            None if table.get("keep", FOREVER) == FOREVER else wait(table["keep"]),
            _count(table.get("runs"), where),
            None if table.get("bytes") is None else size(table["bytes"]),
            latest,
        )
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith(where) else f"{where}: {error}") from None


def _table(value: Any, where: str, known: Iterable[str]) -> dict[str, Any]:
    known = list(known)
    if not isinstance(value, dict):
        raise ValueError(f'write a table: {where}, and below it a line `keep = "90d"`')
    for name in value:
        if name not in known:
            raise ValueError(f"{where}: there is no '{name}'; {did_you_mean(name, known)}")
    return dict(value)


def _text(table: dict[str, Any], name: str, where: str) -> str | None:
    value = table.get(name)
    if value is not None and (not isinstance(value, str) or not value):
        raise ValueError(f"{where}: {name} is a name")
    return value


def _states(value: Any, where: str) -> frozenset[str] | None:
    if value is None:
        return None
    states = [value] if isinstance(value, str) else value
    if not isinstance(states, list) or not states:
        raise ValueError(f'{where}: state is a word, or a list of words, as in ["failed", "cancelled"]')
    for state in states:
        if state not in TERMINAL_RUN:
            raise ValueError(f"{where}: no run ends as '{state}'; {did_you_mean(str(state), sorted(TERMINAL_RUN))}")
    return frozenset(states)


def _count(value: Any, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{where}: runs is a whole number from 0")
    return value
