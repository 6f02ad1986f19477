"""Batches of changes as bytes on the wire (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from penstock.server.answers import json_of

BEAT: Final = b": beat\n\n"
#: Milliseconds after which a browser connects again by itself.
HELLO: Final = b"retry: 1000\n\n"


@dataclass(slots=True)
class Batch:
    """Changes up to event `last`, or None for some that have no event.

    `common` goes to all, `of_runs` to who watches that run (by its key); both are JSON without the brackets of a list.
    `made_for`: the runs that were watched when it was made; None: nobody read, and it tells nothing.
    `anew`: more changed than is told one by one; `anew_runs`: the same of single runs. Who is concerned starts over.
    """

    last: int | None
    made_for: frozenset[int] | None = None
    common: bytes = b""
    of_runs: Mapping[int, bytes] = field(default_factory=dict)
    anew: bool = False
    anew_runs: frozenset[int] = frozenset()
    _frames: dict[int | None, bytes] = field(default_factory=dict)

    def frame(self, watched: int | None) -> bytes:
        """What goes to those who watch this run, or none; b"" where nothing concerns them. Written once for all."""
        topic = watched if watched in self.of_runs else None
        if topic not in self._frames:
            own = self.of_runs[topic] if topic is not None else b""
            self._frames[topic] = change(self.last, b",".join(part for part in (self.common, own) if part))
        return self._frames[topic]

    def is_for(self, watched: int | None) -> bool:
        """Does it tell all that those who watch this run are to know?"""
        return self.made_for is not None and (watched is None or watched in self.made_for)

    def starts_over(self, watched: int | None) -> bool:
        """Must those who watch this run start over?"""
        return self.anew or watched in self.anew_runs


def change(last: int | None, changes: bytes) -> bytes:
    """An event with changes; b"" without any."""
    return _event("change", last, b'{"changes":[%b]}' % changes) if changes else b""


def snapshot(last: int, document: dict[str, Any]) -> bytes:
    """The event from which a reader goes on."""
    return _event("snapshot", last, json_of(document))


def listed(changes: Iterable[dict[str, Any]]) -> bytes:
    """Changes as JSON, without the brackets of a list."""
    return json_of(list(changes))[1:-1]


def _event(name: str, last: int | None, data: bytes) -> bytes:
    # Without an id the browser keeps the last one, and resumes from there. JSON has no line ends.
    number = b"" if last is None else b"id: %d\n" % last
    return b"%bevent: %b\ndata: %b\n\n" % (number, name.encode(), data)
