"""Slots of limits in memory, given out as store.slots gives them out (see `test_ledger`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from penstock.store.slots import NOBODYS, Full, Holder, Want

#: Limit, run key, seq and n of an attempt (-1 and 0 for a run).
Key: TypeAlias = tuple[str, int, int, int]


class Slot(NamedTuple):
    """A place of a limit; None while it is waited for, since that microsecond; below 0 it does not count."""

    place: int | None
    since: int


class Slots:
    """All of them. `changed` is called before each change, so that it can be undone; `heard` tells whether who waits
    for a run is there.
    """

    def __init__(self, changed: Callable[[dict[Key, Slot], Key], None], heard: Callable[[int], bool]) -> None:
        self.rows: dict[Key, Slot] = {}
        self._changed = changed
        self._heard = heard

    def _put(self, key: Key, slot: Slot) -> None:
        self._changed(self.rows, key)
        self.rows[key] = slot

    def _drop(self, key: Key) -> None:
        self._changed(self.rows, key)
        del self.rows[key]

    def take(self, holder: Holder, wants: Sequence[Want], since: int) -> Full | None:
        """One after the other; the first limit that is full."""
        mine = {key[0]: slot for key, slot in self.rows.items() if key[1:] == holder}
        forced = any(slot.place is not None and slot.place < 0 for slot in mine.values())
        asked = min((slot.since for slot in mine.values()), default=since)
        for want in sorted(wants):
            if want.name in mine and mine[want.name].place is not None:
                continue
            if forced:
                self._put((want.name, *holder), Slot(-holder.run_key, asked))
                continue
            full = self._take_one(holder, want, asked)
            if full is not None:
                return full
        for name in mine.keys() - {want.name for want in wants}:
            self._drop((name, *holder))
        return None

    def _take_one(self, holder: Holder, want: Want, asked: int) -> Full | None:
        rows = sorted((slot.since, *key[1:], slot.place) for key, slot in self.rows.items() if key[0] == want.name)
        held = [row for row in rows if row[4] is not None and row[4] >= 0]
        free = want.most - len(held)
        turn = (asked, holder.run_key, holder.seq)
        ahead = 0
        if free > 0:
            ahead = sum(row[4] is None and row[:3] < turn and self._heard(row[1]) for row in rows)
        if ahead >= free:
            return Full(want, [row[1] for row in held], ahead)
        taken = {row[4] for row in held}
        self._put((want.name, *holder), Slot(next(at for at in range(want.most) if at not in taken), asked))
        return None

    def wait(self, holder: Holder, name: str, since: int) -> bool:
        """Stand in the line; False for who stood there before."""
        if (name, *holder) in self.rows:
            return False
        self._put((name, *holder), Slot(None, since))
        return True

    def force(self, run_key: int) -> bool:
        """Let a run past the limits that it waits for."""
        waited = [key for key, slot in self.rows.items() if key[1:] == Holder(run_key) and slot.place is None]
        for key in waited:
            self._put(key, self.rows[key]._replace(place=-run_key))
        return bool(waited)

    def wait_again(self, run_key: int) -> None:
        """As a run that nobody claimed yet: for the last limit of which it had a slot."""
        names = [key[0] for key in self.rows if key[1:] == Holder(run_key)]
        if not names:
            self.wait(Holder(run_key), NOBODYS, 0)
            return
        last = (max(names), *Holder(run_key))
        place = self.rows[last].place
        if place is not None and place >= 0:
            self._put(last, self.rows[last]._replace(place=None))

    def release(self, *holder: int) -> None:
        """Give back all of a run, or of an attempt."""
        for key in [key for key in self.rows if key[1 : 1 + len(holder)] == holder]:
            self._drop(key)

    def keep_attempts(self, run_key: int, live: set[tuple[int, int]]) -> None:
        """Give back what attempts of a run have that are not under way."""
        for key in [key for key in self.rows if key[1] == run_key and key[2] >= 0 and key[2:] not in live]:
            self._drop(key)

    def of_run(self, run_key: int) -> dict[str, int | None]:
        """The limits of a run, with its place in them."""
        return {key[0]: slot.place for key, slot in self.rows.items() if key[1:] == Holder(run_key)}

    def oldest_waiting(self, name: str, besides: int) -> int | None:
        """The run that waits longest at a limit, apart from one."""
        rows = [
            (slot.since, key[1])
            for key, slot in self.rows.items()
            if key[0] == name and slot.place is None and key[1] != besides
        ]
        return min(rows)[1] if rows else None
