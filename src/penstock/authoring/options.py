"""Retry and Param: what users write for policies and parameters, checked where it is written."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from penstock.authoring.places import caller
from penstock.errors import DefinitionError, ParameterError
from penstock.model import durations, params
from penstock.model.nearest import did_you_mean
from penstock.model.spec import ParamSpec, RetrySpec

Duration: TypeAlias = str | float | int | timedelta


class Retry:
    """How often and when a failed attempt is made again.

    `attempts` counts all tries: `Retry(3)` is one try and two more. `delay`, `max_delay` (the longest wait) and
    `max_time` (from the first attempt's start to the start of the last) are seconds, or texts like `"5s"`. `backoff`:
    `"constant"`, `"exponential"` (times `factor` each time) or `"random"` (between nothing and the exponential delay).
    `jitter` moves each delay by up to this share, 0 to 1. `on`: the exceptions that are tried again.
    Raises DefinitionError for values that make no sense.
    """

    def __init__(
        self,
        attempts: int,
        delay: Duration = "1s",
        backoff: Literal["constant", "exponential", "random"] = "constant",
        factor: float = 2.0,
        max_delay: Duration | None = None,
        jitter: float = 0.0,
        max_time: Duration | None = None,
        on: type[BaseException] | Sequence[type[BaseException]] = (Exception,),
    ) -> None:
        if isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1:
            raise _wrong(f"Retry makes {attempts!r} attempts", "give a whole number from 1: all tries together")
        if backoff not in ("constant", "exponential", "random"):
            raise _wrong(
                f"Retry has no backoff '{backoff}'", did_you_mean(str(backoff), ("constant", "exponential", "random"))
            )
        if not isinstance(factor, int | float) or not 1 <= factor <= 1000:
            raise _wrong(f"Retry has the factor {factor!r}", "give a number from 1 to 1000")
        if not isinstance(jitter, int | float) or not 0 <= jitter <= 1:
            raise _wrong(f"Retry has the jitter {jitter!r}", "give a share from 0 to 1")
        self.spec = RetrySpec(
            attempts,
            duration("delay of Retry", delay),
            backoff,
            float(factor),
            None if max_delay is None else duration("max_delay of Retry", max_delay),
            float(jitter),
            None if max_time is None else duration("max_time of Retry", max_time),
            _names(on),
        )

    def __repr__(self) -> str:
        return f"Retry({self.spec.attempts}, delay={self.spec.delay:g}, backoff={self.spec.backoff!r})"


def duration(what: str, value: Duration) -> float:
    """Seconds; raises DefinitionError that names `what`."""
    try:
        return durations.seconds(value)
    except ValueError as error:
        raise _wrong(f"{what} can't be {value!r}", str(error)) from error


def _names(on: Any) -> tuple[str, ...]:
    kinds = (on,) if isinstance(on, type) else tuple(on)
    for kind in kinds:
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise _wrong(f"Retry can't try again on {kind!r}", "give exception classes, as in on=(ConnectionError,)")
    return () if Exception in kinds else tuple(class_name(kind) for kind in kinds)


def class_name(kind: type) -> str:
    """`module.Class`, built-in ones bare."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


class Param:
    """A parameter with a type: one of any, str, int, float, bool, date, datetime, duration, list, dict.

    `choices`, `min`, `max` and `pattern` (a regular expression for all of the text) bound it. Without a default it is
    None, unless `required`. Raises DefinitionError when the default does not fit.
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
        self._place = caller()
        name = type if isinstance(type, str) else type.__name__
        if name not in params.TYPES:
            raise _wrong(f"a parameter can't have the type '{name}'", did_you_mean(name, params.TYPES))
        self._bare = ParamSpec("", name, None, required, (), None, None, pattern, description)
        self._default, self._choices, self._min, self._max = default, choices, min, max

    def spec(self, name: str) -> ParamSpec:
        """The checked spec of this parameter under a name."""
        bare = dataclasses.replace(self._bare, name=name)
        plain = ParamSpec(name, bare.type)
        try:
            if bare.pattern is not None:
                re.compile(bare.pattern)
            bounded = dataclasses.replace(
                bare,
                choices=tuple(params.coerce(plain, choice) for choice in self._choices),
                min=None if self._min is None else params.coerce(plain, self._min),
                max=None if self._max is None else params.coerce(plain, self._max),
            )
            default = None if self._default is None else params.coerce(bounded, self._default)
        except (ParameterError, re.error) as error:
            message = f"the definition of parameter '{name}' does not hold: {error}"
            raise DefinitionError(message, file=self._place.file, line=self._place.line) from error
        return dataclasses.replace(bounded, default=default)


def _wrong(message: str, cure: str) -> DefinitionError:
    place = caller()
    return DefinitionError(message, cure=cure, file=place.file, line=place.line)
