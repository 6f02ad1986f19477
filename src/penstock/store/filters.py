"""What a list of runs is narrowed to, and that as SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from penstock.errors import UsageError
from penstock.model.ids import CHANCE_BITS, key_of
from penstock.model.nearest import nearest
from penstock.model.states import RUN_STATES, RUN_TYPES, TRIGGER_KINDS
from penstock.store.error_text import folded
from penstock.store.times import micros
from penstock.store.views import Dialect


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list shows. What is not given does not narrow.

    Of several values of a field any will do; a value with a leading `!` excludes. A label is `key=value`, or `key` for
    any value. Times are seconds since 1970 (after: at or later, before: earlier), durations seconds from start to end;
    `q` is a part of the error's text (store/error_text.py), in any case of its letters.
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
    duration_lt: float | None = None
    q: str | None = None
    id: tuple[str, ...] = ()


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


#: As the index of durations has it.
DURATION: Final = "(ended_at - started_at)"
_FAR: Final = 1 << 62

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
    _any_of(found, chosen.id, _identified)
    _add_times(found, chosen)
    if chosen.q:
        _add_text(found, chosen.q)
    return found


def _equals(field: str) -> Callable[[str], tuple[str, tuple[Any, ...]]]:
    return lambda value: (f"{field} = ?", (value,))


def _identified(value: str) -> tuple[str, tuple[int, ...]]:
    try:
        return "key = ?", (key_of(value),)
    except ValueError as error:
        raise UsageError(str(error), cure="give whole ids, as lists show them") from None


def _labelled(value: str) -> tuple[str, tuple[str, ...]]:
    key, equals, wanted = value.partition("=")
    return (_LABELLED_SO, (key, wanted)) if equals else (_LABELLED, (key,))


def _any_of(found: Conditions, values: tuple[str, ...], make: Callable[[str], tuple[str, tuple[Any, ...]]]) -> None:
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
            close = nearest(word, words)
            guess = f"did you mean '{close}'? " if close else ""
            raise UsageError(f"'{word[:40]}' is no {field} of a run", cure=f"{guess}there are {', '.join(words)}")


def _add_times(found: Conditions, chosen: RunFilter) -> None:
    # Keys carry the millisecond of creation, so a time is a range of the table; the exact time decides at its edges.
    if chosen.created_after is not None:
        at = _bounded(chosen.created_after)
        found.add("key >= ? AND created_at >= ?", _key_at(at), at)
    if chosen.created_before is not None:
        at = _bounded(chosen.created_before)
        found.add("key < ? AND created_at < ?", _key_at(at + 1000), at)
    for sign, duration in ((">", chosen.duration_gt), ("<", chosen.duration_lt)):
        if duration is not None:
            found.add(f"{DURATION} {sign} ?", _bounded(duration))


def _key_at(at: int) -> int:
    """The smallest key of runs that are created in the millisecond of `at`."""
    return max(0, min((1 << 63) - 1, (at // 1000) << CHANCE_BITS))


def _bounded(seconds: float) -> int:
    """Microseconds, within what a row can hold."""
    return max(-_FAR, min(_FAR, micros(seconds)))


def _add_text(found: Conditions, text: str) -> None:
    wanted = folded(text)
    for sign in ("\\", "%", "_"):
        wanted = wanted.replace(sign, "\\" + sign)
    found.add("error_text IS NOT NULL AND error_text LIKE ? ESCAPE '\\'", f"%{wanted}%")
