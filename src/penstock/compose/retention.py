"""Letting go of runs that are kept no longer, by the rules of `[retention]`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Final

from penstock.model.retention import Kept, Rule, age, decide
from penstock.store import deletion, retention
from penstock.store.database import Database

#: Runs that one transaction deletes; each takes some 0.2 ms.
TOGETHER: Final = 50
#: Who deletes them, as it is told.
BY: Final = "retention"


@dataclass(slots=True)
class Going:
    """What goes of a pipeline. `oldest`: when the first of them ended, in seconds since 1970."""

    namespace: str
    pipeline: str
    runs: int = 0
    bytes: int = 0
    oldest: float | None = None

    def add(self, run: Kept) -> None:
        """One more."""
        self.runs += 1
        self.bytes += run.bytes
        if run.ended_at is not None:
            self.oldest = run.ended_at if self.oldest is None else min(self.oldest, run.ended_at)


def due(database: Database, rules: Sequence[Rule], now: float, rest: Callable[[float], bool]) -> Iterator[Kept]:
    """The runs that go. `rest` is called after every part that was read, and ends it by False."""
    return decide(_runs(database, rest), rules, now)


def summary(runs: Iterator[Kept]) -> list[Going]:
    """What goes, by pipeline, the largest first."""
    found: dict[tuple[str, str], Going] = {}
    for run in runs:
        place = run.namespace, run.pipeline
        found.setdefault(place, Going(*place)).add(run)
    return sorted(found.values(), key=lambda going: (-going.bytes, -going.runs, going.namespace, going.pipeline))


def prune(
    database: Database, runs: Iterator[Kept], now: float, rest: Callable[[float], bool], by: str = BY
) -> list[Going]:
    """Delete runs, some at a time; what went, by pipeline. One that others read or that began again stays."""
    gone: list[Kept] = []
    while part := list(islice(runs, TOGETHER)):
        begun = time.monotonic()
        with database.write() as connection:
            told = deletion.delete_runs(connection, [run.key for run in part], now, by)
        gone += [run for run in part if told[run.key] is None]
        if not rest(time.monotonic() - begun):
            break
    return summary(iter(gone))


def prune_versions(database: Database, rules: Sequence[Rule], now: float, rest: Callable[[float], bool]) -> int:
    """Remove versions that no run has, that are no pipeline's latest, and that are old enough; how many.

    The runs of a pipeline are only looked at where a version of it may go.
    """
    with database.read() as connection:
        old = [one for one in retention.old_versions(connection) if _is_due(one, rules, now)]
    removed = 0
    for (namespace, pipeline), found in groupby(old, key=lambda one: one[:2]):
        used, last = _versions_in_use(database, namespace, pipeline, rest)
        if last is None:
            return removed
        with database.write() as connection:
            removed += sum(retention.forget_version(connection, one, last) for one in found if one.version not in used)
    return removed


def _is_due(old: retention.OldVersion, rules: Sequence[Rule], now: float) -> bool:
    kept = age(rules, old.namespace, old.pipeline)
    return kept is not None and old.created_at < now - kept


def _versions_in_use(
    database: Database, namespace: str, pipeline: str, rest: Callable[[float], bool]
) -> tuple[set[str], int | None]:
    """The versions of a pipeline's runs, and the last run that was looked at; None when it is time to end."""
    used: set[str] = set()
    last = 0
    while True:
        begun = time.monotonic()
        with database.read() as connection:
            page = retention.versions_of_runs(connection, namespace, pipeline, last)
        used.update(version for _, version in page)
        last = page[-1][0] if page else last
        if len(page) < retention.PAGE:
            return used, last
        if not rest(time.monotonic() - begun):
            return used, None


def _runs(database: Database, rest: Callable[[float], bool]) -> Iterator[Kept]:
    """All runs, newest first, in parts: no transaction stays open meanwhile."""
    before = 2**63 - 1
    while True:
        begun = time.monotonic()
        with database.read() as connection:
            page = retention.kept_runs(connection, before)
        yield from page
        if len(page) < retention.PAGE or not rest(time.monotonic() - begun):
            return
        before = page[-1].key
