"""Which limits a run comes under, and whether it may start. Every way into running comes through `enter`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.engine.view import Barred
from penstock.model.ids import run_id
from penstock.model.spec import LimitSpec, PipelineSpec
from penstock.store import commands, requests, slots
from penstock.store.connection import Connection
from penstock.store.slots import PIPELINE, TAG, Full, Holder, Want
from penstock.store.versions import latest_version, limit_of

#: Versions whose limit is remembered.
KEPT: Final = 256
#: Runs that are named where a limit is full.
NAMED: Final = 5


class Admission:
    """Limits by tag, from the settings, and those of pipelines, from their latest versions. Used by one thread at a
    time.
    """

    def __init__(self, tags: Mapping[str, LimitSpec]) -> None:
        self._tags = tags
        self._of_versions: dict[tuple[str, str, str], LimitSpec | None] = {}

    def wants(self, definition: PipelineSpec, tags: Iterable[str]) -> list[Want]:
        """What a run of a definition at hand needs; the definition is its pipeline's latest version from now on."""
        return self._wants(definition.concurrency, definition, tags)

    def wants_of_stored(self, connection: Connection, definition: PipelineSpec, tags: Iterable[str]) -> list[Want]:
        """What a run of a stored version needs: the limit of the pipeline's latest version counts."""
        return self._wants(self._latest(connection, definition.namespace, definition.name), definition, tags)

    def _wants(self, limit: LimitSpec | None, definition: PipelineSpec, tags: Iterable[str]) -> list[Want]:
        wants = []
        if limit is not None:
            wants.append(Want(f"{PIPELINE}{definition.namespace}/{definition.name}", limit.runs, limit.full))
        if self._tags:
            known = {*tags, *definition.tags} & self._tags.keys()
            wants += [Want(TAG + tag, self._tags[tag].runs, self._tags[tag].full) for tag in known]
        return wants

    def most(self, connection: Connection, name: str) -> int | None:
        """How many runs a limit lets go now; None: it is none any more."""
        if name.startswith(PIPELINE):
            namespace, _, pipeline = name.removeprefix(PIPELINE).partition("/")
            limit = self._latest(connection, namespace, pipeline)
        else:
            limit = self._tags.get(name.removeprefix(TAG)) if name.startswith(TAG) else None
        return None if limit is None else limit.runs

    def _latest(self, connection: Connection, namespace: str, pipeline: str) -> LimitSpec | None:
        latest = latest_version(connection, namespace, pipeline)
        if latest is None:
            return None
        version = (namespace, pipeline, latest)
        if version not in self._of_versions:
            if len(self._of_versions) >= KEPT:
                self._of_versions.clear()
            self._of_versions[version] = limit_of(connection, *version)
        return self._of_versions[version]

    def looks_full(self, connection: Connection, wants: list[Want]) -> bool:
        """Would a run that comes now have to wait, as far as one look can tell?"""
        return any(slots.is_full(connection, want) for want in wants)

    def enter(self, connection: Connection, run_key: int, wants: list[Want], since: float, now: float) -> Barred | None:
        """Take the slots of a run, within a transaction that writes. None when it may start; else what it has to do:
        then it stands in line, or holds nothing.
        """
        full = slots.take(connection, Holder(run_key), wants, since, now)
        if full is None:
            return None
        if full.want.full in ("skip", "fail"):
            slots.release(connection, run_key)
            return Barred(full.want.full, _told(full), _message(full))
        came = slots.wait(connection, Holder(run_key), full.want.name, since)
        if came and full.want.full == "cancel_oldest":
            _cancel_oldest(connection, full, run_key, now)
        return Barred("queue", _told(full), _message(full))


def _cancel_oldest(connection: Connection, full: Full, run_key: int, now: float) -> None:
    """Each that comes takes the place of one: of the oldest that holds a slot and is not ending for another yet, else
    of the oldest that waits.
    """
    arguments = {"reason": "limit", "for": run_id(run_key)}
    for holder in full.held:
        if not commands.is_ending(connection, holder):
            commands.add(connection, holder, "cancel", arguments, now, by="limit")
            return
    before = slots.oldest_waiting(connection, full.want.name, besides=run_key)
    if before is not None and not requests.withdraw(connection, before, now, "limit"):
        commands.add(connection, before, "cancel", arguments, now, by="limit")


def _told(full: Full) -> dict[str, Any]:
    """As the history of a run tells it."""
    held = [run_id(key) for key in full.held[:NAMED]]
    return {"limit": full.want.name, "most": full.want.most, "held": len(full.held), "by_runs": held}


def _message(full: Full) -> str:
    """As people read it."""
    kind, _, name = full.want.name.partition(":")
    whose = f"of '{name.partition('/')[2]}'" if kind + ":" == PIPELINE else f"with the tag '{name}'"
    named = ", ".join(run_id(key) for key in full.held[:NAMED])
    more = ", …" if len(full.held) > NAMED else ""
    running = f" ({named}{more})" if named else ""
    ahead = f", {full.ahead} waiting before" if full.ahead else ""
    return f"{len(full.held)} of {full.want.most} runs {whose} are running{running}{ahead}"
