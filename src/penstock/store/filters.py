"""What a list of runs is narrowed to, and that as SQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from penstock.errors import UsageError
from penstock.model.ids import CHANCE_BITS, key_of
from penstock.model.nearest import nearest
from penstock.model.states import RUN_STATES, RUN_TYPES, TRIGGER_KINDS
from penstock.store.duration import DURATION
from penstock.store.error_text import folded, mask_of
from penstock.store.times import micros
from penstock.store.views import Dialect


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs a list shows. What is not given does not narrow.

    Of several values of a field any will do; a value with a leading `!` excludes. A label is `key=value`, or `key` for
    any value. Times are seconds since 1970 (after: at or later, before: earlier), durations seconds; `q` is a part of
    the error's text (store/error_text.py), in any case of its letters.
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

    def copy(self) -> Conditions:
        other = Conditions()
        other.texts, other.parameters = list(self.texts), list(self.parameters)
        return other

    @property
    def where(self) -> str:
        return f"WHERE {' AND '.join(self.texts)}" if self.texts else ""


#: Seconds that a row can hold, and the product with a million too.
_FAR: Final = float(1 << 62) / 1_000_000

_WORDS: Final[dict[str, tuple[str, ...]]] = {"state": RUN_STATES, "type": RUN_TYPES, "trigger": TRIGGER_KINDS}
_TAGGED: Final[dict[Dialect, str]] = {
    # Most runs are told by the text alone, which is read much quicker than parsed.
    "sqlite": "instr(run.tags, ?) > 0 AND EXISTS (SELECT 1 FROM json_each(run.tags) AS tag WHERE tag.value = ?)",
    "postgresql": "strpos(run.tags, ?) > 0 AND jsonb_exists(run.tags::jsonb, ?)",
}
_HAS_LABEL: Final = "EXISTS (SELECT 1 FROM label WHERE label.run_key = run.key AND label.key = ?{0})"


def conditions(chosen: RunFilter, dialect: Dialect) -> Conditions:
    """The filter as conditions on `run`. Raises UsageError for a word that is not one."""
    found = Conditions()
    for field in ("pipeline", "namespace", "state", "type"):
        _any_of(found, getattr(chosen, field), _equals(field))
    for field, words in _WORDS.items():
        _check_words(field, getattr(chosen, field), words)
    _any_of(found, chosen.trigger, _equals("trigger_kind"))
    _any_of(found, chosen.tag, lambda value: (_TAGGED[dialect], (_beginning(value), value)))
    _any_of(found, chosen.label, _labelled)
    _any_of(found, chosen.id, _identified)
    _add_times(found, chosen)
    if chosen.q:
        _add_text(found, chosen.q)
    return found


def _equals(field: str) -> Callable[[str], tuple[str, tuple[Any, ...]]]:
    return lambda value: (f"run.{field} = ?", (value,))


def _beginning(tag: str) -> str:
    """What the JSON text of a list with that tag must hold: JSON writes other characters in several ways."""
    plain = re.match(r"[\w .:/@+-]*", tag, re.ASCII)
    return '"' + (plain[0] if plain else "")


def _identified(value: str) -> tuple[str, tuple[int, ...]]:
    try:
        return "run.key = ?", (key_of(value),)
    except ValueError as error:
        raise UsageError(str(error), cure="give whole ids, as lists show them") from None


def _labelled(value: str) -> tuple[str, tuple[str, ...]]:
    key, equals, wanted = value.partition("=")
    return (_HAS_LABEL.format(" AND label.value = ?"), (key, wanted)) if equals else (_HAS_LABEL.format(""), (key,))


def _any_of(found: Conditions, values: tuple[str, ...], make: Callable[[str], tuple[str, tuple[Any, ...]]]) -> None:
    """Any of the plain values, none of those with a leading `!`."""
    wanted = [make(value) for value in values if not value.startswith("!")]
    if wanted:
        parameters = [parameter for _, given in wanted for parameter in given]
        found.add(
            f"({' OR '.join(f'({text})' for text, _ in wanted)})" if len(wanted) > 1 else wanted[0][0], *parameters
        )
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
            told, cure = f"'{word[:40]}' is no {field} of a run", f"{guess}there are {', '.join(words)}"
            raise UsageError(told, cure=cure, parts=[(field, f"{told}; {cure}")])


def key_range(chosen: RunFilter) -> list[tuple[str, int]]:
    """The range of keys that the times of a filter mean, as signs and bounds.

    Keys carry the millisecond of creation, so a range of times is a range of the table; the exact time decides at its
    edges.
    """
    found = []
    if chosen.created_after is not None:
        found.append((">=", _key_at(_bounded(chosen.created_after))))
    if chosen.created_before is not None:
        found.append(("<", _key_at(_bounded(chosen.created_before) + 1000)))
    return found


def _add_times(found: Conditions, chosen: RunFilter) -> None:
    for sign, bound in key_range(chosen):
        found.add(f"run.key {sign} ?", bound)
    for sign, at in ((">=", chosen.created_after), ("<", chosen.created_before)):
        if at is not None:
            found.add(f"run.created_at {sign} ?", _bounded(at))
    add_durations(found, chosen)


def add_durations(found: Conditions, chosen: RunFilter) -> None:
    """The conditions on the duration."""
    for sign, duration in ((">", chosen.duration_gt), ("<", chosen.duration_lt)):
        if duration is not None:
            found.add(f"{DURATION} {sign} ?", _bounded(duration))


def _key_at(at: int) -> int:
    """The smallest key of runs that are created in the millisecond of `at`."""
    return max(0, min((1 << 63) - 1, (at // 1000) << CHANCE_BITS))


def _bounded(seconds: float) -> int:
    """Microseconds, within what a row can hold."""
    return micros(max(-_FAR, min(_FAR, seconds)))


def _add_text(found: Conditions, text: str) -> None:
    wanted = folded(text)
    mask = mask_of(wanted)
    for sign in ("\\", "%", "_"):
        wanted = wanted.replace(sign, "\\" + sign)
    found.add("run.error_text IS NOT NULL AND (coalesce(run.error_mask, -1) & ?) = ?", mask, mask)
    found.add("run.error_text LIKE ? ESCAPE '\\'", f"%{wanted}%")
