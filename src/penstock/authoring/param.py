"""Param: a typed and bounded parameter, as users write it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, Final

from penstock.authoring.places import Place, caller
from penstock.authoring.problems import Problems
from penstock.errors import ParameterError
from penstock.model import params
from penstock.model.nearest import did_you_mean
from penstock.model.spec import Json, ParamSpec

#: Types whose values have an order, so that they can be bounded.
ORDERED: Final = ("int", "float", "date", "datetime", "duration")


class Param:
    """A parameter with a type: one of any, str, int, float, bool, date, datetime, duration, list, dict.

    The type may be given as a class too (`int`, `date`, `timedelta`). `choices`, `min` and `max` (of numbers and times)
    and `pattern` (a regular expression for all of a text) bound it. Without a default it is None, unless `required`.
    What makes no sense is told with all else that is wrong in a pipeline, by `Pipeline.spec()`.
    """

    def __init__(
        self,
        type: str | type[Any] = "any",
        default: Any = None,
        *,
        choices: Sequence[Any] = (),
        min: Any = None,
        max: Any = None,
        pattern: str | None = None,
        description: str = "",
        required: bool = False,
    ) -> None:
        self.place: Place = caller()
        self.type = type
        self.default = default
        self.choices = choices
        self.min = min
        self.max = max
        self.pattern = pattern
        self.description = description
        self.required = required

    def __repr__(self) -> str:
        return f"Param({self.type!r}, {self.default!r})"

    def spec(self, name: str) -> ParamSpec:
        """This parameter under a name, as plain data. Raises DefinitionError, which tells all that makes no sense."""
        return _Check(name, self).made()


def of_default(name: str, default: Any, place: Place) -> ParamSpec:
    """The parameter that a plain default stands for. Raises DefinitionError."""
    given = Param(params.type_of(default), default)
    given.place = place
    return given.spec(name)


class _Check:
    def __init__(self, name: str, given: Param) -> None:
        self.name = name
        self.given = given
        self.problems = Problems()
        self.bare = ParamSpec(name, self._type(), description=str(given.description), required=bool(given.required))

    def made(self) -> ParamSpec:
        self.problems.raise_if_any()  # nothing can be said of values without a type
        given = self.given
        bounded = dataclasses.replace(
            self.bare, choices=self._choices(), min=self._bound("min"), max=self._bound("max"), pattern=self._pattern()
        )
        if given.min is not None and given.max is not None and not self.problems.found:
            self._compare(dataclasses.replace(self.bare, min=bounded.min), bounded.max)
        if given.required and given.default is not None:
            self._wrong("it is required and has a default", "leave out one of the two")
        usable = bounded if not self.problems.found else self.bare
        default = None if given.default is None else self._coerced(usable, given.default)
        self.problems.raise_if_any()
        return dataclasses.replace(bounded, default=default)

    def _wrong(self, message: str, cure: str | None = None) -> None:
        self.problems.add(f"the definition of parameter '{self.name}' does not hold: {message}", cure, self.given.place)

    def _type(self) -> str:
        given = self.given.type
        known = params.type_named(given)
        if known is not None:
            return known
        if isinstance(given, str | type):
            word = given if isinstance(given, str) else given.__name__
            self._wrong(f"there is no type '{word}'", did_you_mean(word, params.TYPES))
        else:
            self._wrong(f"its type can't be {given!r}", f"the default comes second: Param('int', {given!r})")
        return "any"

    def _coerced(self, spec: ParamSpec, value: Any) -> Json:
        try:
            return params.coerce(spec, value)
        except ParameterError as error:
            self._wrong(error.message, error.cure)
            return None

    def _choices(self) -> tuple[Json, ...]:
        given = self.given.choices
        if isinstance(given, str) or not isinstance(given, Sequence):
            self._wrong(f"its choices can't be {given!r}", 'give a list, as in choices=["a", "b"]')
            return ()
        return tuple(self._coerced(self.bare, choice) for choice in given)

    def _bound(self, which: str) -> Json:
        value = getattr(self.given, which)
        if value is None:
            return None
        if self.bare.type not in ORDERED:
            self._wrong(f"a parameter of type {self.bare.type} has no {which}", f"{', '.join(ORDERED)} have one")
            return None
        return self._coerced(self.bare, value)

    def _compare(self, above: ParamSpec, most: Json) -> None:
        try:
            params.coerce(above, most)
        except ParameterError:
            self._wrong(f"its max {most!r} is not above its min {above.min!r}")

    def _pattern(self) -> str | None:
        pattern = self.given.pattern
        if pattern is None:
            return None
        if self.bare.type != "str" or not isinstance(pattern, str):
            self._wrong(f"its pattern can't be {pattern!r}", "a pattern is a text, for a parameter of type str")
            return None
        try:
            re.compile(pattern)
        except re.error as error:
            self._wrong(f"its pattern {pattern!r} can't be read: {error}")
        return pattern
