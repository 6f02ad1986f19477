"""How SQLite is to look for runs. It keeps no count of how often values occur, so it is told which index to take.

Of all indexes that a filter could use, the one with the fewest entries wins, if they are few; they are counted up to
a limit, which costs some 50 ns each. Where all are many, the first runs that fit are probably near, and the list is
walked in its order, in the narrow index `run_line`, which has all columns that filters look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.store.connection import Connection
from penstock.store.filters import Conditions, RunFilter, add_durations, key_range
from penstock.store.sorts import Sort

#: Entries of an index whose runs may be looked up one by one: 2 to 3 us each. In another order than that of creation
#: all of them must be, but the alternative costs more too.
FEW: Final = 1500
FEW_TO_SORT: Final = 15_000
#: Entries of an order's own index that are looked at before all runs are: first a few, then more.
BUDGETS: Final = (1500, 10_000)

_LINE: Final = "run INDEXED BY run_line"
#: Columns that are not called as their field of the filter is.
_COLUMNS: Final = {"trigger": "trigger_kind"}
#: What the indexes of what few runs have are made with: SQLite takes them only where a query says the same.
_UNUSUAL_TYPE: Final = "run.type <> 'standard'"
_UNUSUAL_TRIGGER: Final = "run.trigger_kind NOT IN ('manual', 'schedule')"
_WALKS: Final = {
    "started_at": "run INDEXED BY run_started", "ended_at": "run INDEXED BY run_ended",
    "duration": "run INDEXED BY run_duration", "bytes": "run INDEXED BY run_bytes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """What stands after FROM, and conditions that go with it. `key`: the column to walk in the order of creation."""

    source: str
    key: str = "run.key"
    texts: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = ()


#: Without a hint.
ANY: Final = Way("run")
#: Every run, in the narrow index.
ALL: Final = Way(_LINE)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An index that a filter can use, and the query that counts the entries that it would read.

    `covers`: the fields of the filter that need no further look at the entries, which are in the order of creation.
    """

    way: Way
    entries: str
    parameters: tuple[Any, ...]
    covers: frozenset[str]


def way_to(connection: Connection, chosen: RunFilter, sort: Sort, *, absent: bool = False) -> Way | None:
    """The way to the runs of a filter in an order; with `absent` to those that have no value to be sorted by.

    None where it is best to begin with the order's own index.
    """
    if connection.dialect != "sqlite" or any(not value.startswith("!") for value in chosen.id):
        return ANY  # PostgreSQL knows how often values occur; ids are the table's own keys
    by_key = sort.by_key or absent
    candidates = _candidates(connection, chosen)
    if sort.by_key and (whole := _covering(chosen, candidates)) is not None:
        return whole.way
    few = _fewest(connection, candidates, FEW if by_key else FEW_TO_SORT)
    if few is not None:
        return few.way
    if chosen.q:
        return Way("run INDEXED BY run_error")
    if absent:
        return Way(order_index(sort))
    return _in_order(candidates) if by_key else None


def order_index(sort: Sort) -> str:
    """The index of an order, as it stands after FROM."""
    return _WALKS[sort.name.removeprefix("-")]


def _fewest(connection: Connection, candidates: list[_Candidate], limit: int) -> _Candidate | None:
    """The candidate with the fewest entries, if those are fewer than `limit`."""
    best = None
    for candidate in candidates:
        row = connection.one(f"SELECT count(*) FROM ({candidate.entries} LIMIT ?)", (*candidate.parameters, limit))
        if row is not None and row[0] < limit:
            best, limit = candidate, int(row[0])
    return best


def _in_order(candidates: list[_Candidate]) -> Way:
    """Where runs that fit are many: the index of one label, or all."""
    return next((candidate.way for candidate in candidates if "label" in candidate.covers), ALL)


def _covering(chosen: RunFilter, candidates: list[_Candidate]) -> _Candidate | None:
    """An index whose entries are the runs of the filter, in the order of creation: nothing is quicker."""
    given = {name for name in chosen.__slots__ if getattr(chosen, name)} - {"created_after", "created_before"}
    return next((candidate for candidate in candidates if candidate.covers and candidate.covers >= given), None)


def _candidates(connection: Connection, chosen: RunFilter) -> list[_Candidate]:
    """Indexes whose entries a filter chooses by one value each."""
    pipeline, state, namespace = _only(chosen.pipeline), _only(chosen.state), _only(chosen.namespace)
    limits = key_range(chosen)
    found = [_by_label(label, limits) for label in (_only(chosen.label),) if label is not None]
    if pipeline is not None and state is not None:
        place = namespace or _namespace_of(connection, pipeline)
        if place is not None:
            found.append(_by("run_place", limits, namespace=place, pipeline=pipeline, state=state))
    elif pipeline is not None and namespace is not None:
        # Not in the order of creation: the state comes between.
        found.append(replace(_by("run_place", (), namespace=namespace, pipeline=pipeline), covers=frozenset()))
    if chosen.duration_gt is not None or chosen.duration_lt is not None:
        found.append(_by_duration(chosen))
    for index, column, value in (
        ("run_pipeline", "pipeline", pipeline), ("run_state", "state", state),
        ("run_namespace", "namespace", namespace),
    ):  # fmt: skip
        if value is not None:
            found.append(_by(index, limits, **{column: value}))
    kind, trigger = _only(chosen.type), _only(chosen.trigger)
    if kind not in (None, "standard"):
        found.append(_by("run_type", limits, _UNUSUAL_TYPE, type=kind))
    if trigger not in (None, "manual", "schedule"):
        found.append(_by("run_trigger", limits, _UNUSUAL_TRIGGER, trigger=trigger))
    if limits:
        found.append(_by("run_line", limits))
    return found


def _by_duration(chosen: RunFilter) -> _Candidate:
    found = Conditions()
    add_durations(found, chosen)
    return _Candidate(
        Way("run INDEXED BY run_duration"),
        f"SELECT 1 FROM run INDEXED BY run_duration WHERE {' AND '.join(found.texts)}",
        tuple(found.parameters),
        frozenset(),
    )


def _by(index: str, limits: Sequence[tuple[str, int]], only: str = "", **facts: str) -> _Candidate:
    """By the values of an index, which has no runs but those that `only` tells."""
    texts = (*(f"run.{_COLUMNS.get(name, name)} = ?" for name in facts), *([only] if only else ()))
    where = " AND ".join((*texts, *(f"run.key {sign} ?" for sign, _ in limits)))
    values = tuple(facts.values())
    return _Candidate(
        Way(f"run INDEXED BY {index}", texts=texts, parameters=values),
        f"SELECT 1 FROM run INDEXED BY {index} WHERE {where}",
        (*values, *(bound for _, bound in limits)),
        frozenset(facts),
    )


def _by_label(label: str, limits: list[tuple[str, int]]) -> _Candidate:
    """By the index of labels, which is in the order of creation where the value is given."""
    name, equals, value = label.partition("=")
    texts = ["has.key = ?", *(["has.value = ?"] if equals else []), *(f"has.run_key {sign} ?" for sign, _ in limits)]
    parameters = (name, *((value,) if equals else ()), *(bound for _, bound in limits))
    return _Candidate(
        Way("label AS has INDEXED BY label_run CROSS JOIN run ON run.key = has.run_key", "has.run_key",
            tuple(texts), parameters),
        f"SELECT 1 FROM label AS has INDEXED BY label_run WHERE {' AND '.join(texts)}",
        parameters,
        frozenset({"label"} if equals else ()),
    )  # fmt: skip


def _only(values: tuple[str, ...]) -> str | None:
    """The value of a field that must be one; None where several may be, or none is given."""
    wanted = [value for value in values if not value.startswith("!")]
    return wanted[0] if len(wanted) == 1 else None


def _namespace_of(connection: Connection, pipeline: str) -> str | None:
    """The namespace of a pipeline whose name is in no other."""
    rows = connection.all("SELECT namespace FROM pipeline WHERE pipeline = ? LIMIT 2", (pipeline,))
    return str(rows[0][0]) if len(rows) == 1 else None
