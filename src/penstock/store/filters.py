"""What a list of runs is narrowed to, and that as SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from penstock.errors import UsageError
from penstock.model.ids import CHANCE_BITS
from penstock.model.nearest import did_you_mean
from penstock.model.states import RUN_STATES, RUN_TYPES, TRIGGER_KINDS
from penstock.store.times import micros
from penstock.store.views import Dialect


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list shows. What is not given does not narrow.

    Of several values of a field any will do; a value with a leading `!` excludes. A label is `key=value`, or `key` for
    any value. Times are seconds since 1970 (after: at or later, before: earlier), `duration_gt` seconds; `q` is a part
    of the error's text, in any case of its letters.
    """

    pipeline: tuple[str, ...] = ()
    namespace: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    type: tuple[str, ...] = ()
    trigger: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    created_after: float | None = None
    created_before: float | None = None
    duration_gt: float | None = None
    q: str | None = None


class Conditions:
    """Conditions that all hold, with their parameters in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parameters: list[Any] = []

    def add(self, text: str, *parameters: Any) -> None:
        self.texts.append(text)
        self.parameters.extend(parameters)

    @property
    def where(self) -> str:
        return f"WHERE {' AND '.join(self.texts)}" if self.texts else ""


_WORDS: Final[dict[str, tuple[str, ...]]] = {"state": RUN_STATES, "type": RUN_TYPES, "trigger": TRIGGER_KINDS}
_KIND: Final[dict[Dialect, str]] = {
    "sqlite": "json_extract(\"trigger\", '$.kind')",
    "postgresql": "\"trigger\"::json ->> 'kind'",
}
_TAGGED: Final[dict[Dialect, str]] = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(run.tags) AS tag WHERE tag.value = ?)",
    "postgresql": "jsonb_exists(run.tags::jsonb, ?)",
}
#: Not EXISTS: a rare label would be looked for in run after run, where this reads its index.
_LABELLED: Final = "run.key IN (SELECT run_key FROM label WHERE label.key = ?)"
_LABELLED_SO: Final = "run.key IN (SELECT run_key FROM label WHERE label.key = ? AND label.value = ?)"


def conditions(chosen: RunFilter, dialect: Dialect) -> Conditions:
    """The filter as conditions on `run`. Raises UsageError for a word that is not one."""
    found = Conditions()
    for field in ("pipeline", "namespace", "state", "type"):
        _any_of(found, getattr(chosen, field), _equals(field))
    for field, words in _WORDS.items():
        _check_words(field, getattr(chosen, field), words)
    _any_of(found, chosen.trigger, lambda value: (f"{_KIND[dialect]} = ?", (value,)))
    _any_of(found, chosen.tag, lambda value: (_TAGGED[dialect], (value,)))
    _any_of(found, chosen.label, _labelled)
    _add_times(found, chosen)
    if chosen.q:
        _add_text(found, chosen.q)
    return found


def _equals(field: str) -> Callable[[str], tuple[str, tuple[str, ...]]]:
    return lambda value: (f"{field} = ?", (value,))


def _labelled(value: str) -> tuple[str, tuple[str, ...]]:
    key, equals, wanted = value.partition("=")
    return (_LABELLED_SO, (key, wanted)) if equals else (_LABELLED, (key,))


def _any_of(found: Conditions, values: tuple[str, ...], make: Callable[[str], tuple[str, tuple[str, ...]]]) -> None:
    """Any of the plain values, none of those with a leading `!`."""
    wanted = [make(value) for value in values if not value.startswith("!")]
    if wanted:
        parameters = [parameter for _, given in wanted for parameter in given]
        found.add(f"({' OR '.join(text for text, _ in wanted)})", *parameters)
    for value in values:
        if value.startswith("!"):
            text, given = make(value[1:])
            found.add(f"NOT ({text})", *given)


def _check_words(field: str, values: tuple[str, ...], words: tuple[str, ...]) -> None:
    for value in values:
        word = value.removeprefix("!")
        if word not in words:
            raise UsageError(
                f"'{word}' is no {field} of a run",
                cure=did_you_mean(word, words) or f"there are {', '.join(words)}",
            )


def _add_times(found: Conditions, chosen: RunFilter) -> None:
    # Keys carry the millisecond of creation, so a time is a range of the table; the exact time decides at its edges.
    if chosen.created_after is not None:
        at = micros(chosen.created_after)
        found.add("key >= ? AND created_at >= ?", (at // 1000) << CHANCE_BITS, at)
    if chosen.created_before is not None:
        at = micros(chosen.created_before)
        found.add("key < ? AND created_at < ?", (at // 1000 + 1) << CHANCE_BITS, at)
    if chosen.duration_gt is not None:
        found.add("ended_at - started_at > ?", micros(chosen.duration_gt))


def _add_text(found: Conditions, text: str) -> None:
    # The error is kept as JSON, so the text is searched for as JSON writes it.
    written = json.dumps(text, ensure_ascii=False)[1:-1].lower()
    for sign in ("\\", "%", "_"):
        written = written.replace(sign, "\\" + sign)
    found.add("error IS NOT NULL AND lower(error) LIKE ? ESCAPE '\\'", f"%{written}%")
