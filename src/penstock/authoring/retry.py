"""Retry: how often and when, as users write it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal, TypeAlias

from penstock.authoring.counts import no_count
from penstock.authoring.places import Place, caller
from penstock.authoring.problems import Problems
from penstock.model import durations
from penstock.model.nearest import did_you_mean
from penstock.model.spec import RetrySpec

#: Seconds, a timedelta, or a text such as `"90s"` or `"1h30m"` (ms, s, m, h, d, w, y).
Duration: TypeAlias = str | float | int | timedelta

BACKOFFS: Final = ("constant", "exponential", "random")


class Retry:
    """How often and when a failed attempt is made again.

    `attempts` counts all tries: `Retry(3)` is one try and two more. `delay`, `max_delay` (the longest wait) and
    `max_time` (from the first attempt's start to the start of the last) are seconds, or texts like `"5s"`. `backoff`:
    `"constant"`, `"exponential"` (times `factor` each time) or `"random"` (between nothing and the exponential delay).
    `jitter` moves each delay by up to this share, 0 to 1. `on`: the exceptions that are tried again.
    What makes no sense is told with all else that is wrong in a pipeline, by `Pipeline.spec()`.
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
        self.place: Place = caller()
        self.attempts = attempts
        self.delay = delay
        self.backoff = backoff
        self.factor = factor
        self.max_delay = max_delay
        self.jitter = jitter
        self.max_time = max_time
        self.on = on

    def __repr__(self) -> str:
        return f"Retry({self.attempts!r}, delay={self.delay!r}, backoff={self.backoff!r})"

    @property
    def spec(self) -> RetrySpec:
        """The policy as plain data. Raises DefinitionError, which tells all that makes no sense."""
        check = _Check(self.place)
        cure = no_count(self.attempts)
        check.holds(cure is None, f"Retry makes {self.attempts!r} attempts", f"{cure}: all tries together")
        check.holds(
            self.backoff in BACKOFFS,
            f"Retry has no backoff {self.backoff!r}",
            did_you_mean(str(self.backoff), BACKOFFS),
        )
        made = RetrySpec(
            self.attempts,
            check.seconds("delay", self.delay) or 0.0,
            self.backoff,
            check.within("factor", self.factor, 1, 1000),
            check.seconds("max_delay", self.max_delay),
            check.within("jitter", self.jitter, 0, 1),
            check.seconds("max_time", self.max_time),
            check.classes(self.on),
        )
        check.problems.raise_if_any()
        return made


class _Check:
    def __init__(self, place: Place) -> None:
        self.place = place
        self.problems = Problems()

    def holds(self, truth: object, message: str, cure: str) -> None:
        if not truth:
            self.problems.add(message, cure, self.place)

    def within(self, name: str, value: object, least: float, most: float) -> float:
        if isinstance(value, int | float) and _is_number(value) and least <= value <= most:
            return float(value)
        self.holds(False, f"Retry has the {name} {value!r}", f"give a number from {least} to {most}")
        return least

    def seconds(self, name: str, value: object) -> float | None:
        try:
            return None if value is None and name != "delay" else durations.wait(value)
        except ValueError as error:
            self.holds(False, f"{name} of Retry can't be {value!r}", str(error))
            return None

    def classes(self, on: Any) -> tuple[str, ...]:
        """Names of exception classes; none when that is every Exception."""
        given = on if isinstance(on, Sequence) and not isinstance(on, str) else (on,)
        self.holds(given, "Retry tries again on no exception", "name some, or leave `on` out for all of them")
        for kind in given:
            is_exception = isinstance(kind, type) and issubclass(kind, BaseException)
            cure = "give exception classes, as in on=(ConnectionError,)"
            self.holds(is_exception, f"Retry can't try again on {kind!r}", cure)
        return () if Exception in given else tuple(class_name(kind) for kind in given if isinstance(kind, type))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def class_name(kind: type) -> str:
    """`module.Class`, built-in ones bare."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
