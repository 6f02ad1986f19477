"""Options as they were written, read as what they should be.

What does not fit becomes a problem, and something harmless goes on in its place, so that the rest is checked too.
"""

from __future__ import annotations

import reprlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

from penstock.authoring import names
from penstock.authoring.cache import Cache
from penstock.authoring.counts import no_count
from penstock.authoring.limit import Limit
from penstock.authoring.places import Place
from penstock.authoring.problems import Problems
from penstock.authoring.retry import Retry
from penstock.errors import DefinitionError
from penstock.model import durations
from penstock.model.nearest import did_you_mean
from penstock.model.spec import LimitSpec, Resources, RetrySpec

C = TypeVar("C", bound=str)

RESOURCES: Final = ("cpu", "memory", "gpu", "pool")

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 100


class Reader:
    """Reads the options of one task or pipeline; `whose` is how messages call it."""

    def __init__(self, whose: str, options: Mapping[str, Any], place: Place, problems: Problems) -> None:
        self.whose = whose
        self.options = options
        self.place = place
        self.problems = problems

    def wrong(self, message: str, cure: str | None) -> None:
        """Note a problem of this task or pipeline."""
        self.problems.add(message, cure, self.place)

    def misfit(self, option: str, cure: str) -> None:
        """Note that the value of an option does not fit."""
        self.wrong(f"{option} of {self.whose} is {_short.repr(self.options[option])}", cure)

    def name(self, given: object, what: str) -> bool:
        """Is this a name? A problem when it is not."""
        if callable(given):  # as by `@Pipeline` above a function
            self.wrong(f"a function is no name for a {what}", 'write a text: p = Pipeline("name"), and then @p.task')
        elif not names.fits(given):
            self.wrong(f"{_short.repr(given)} is no name for a {what}", names.RULE)
        return names.fits(given)

    def list(self, option: str) -> list[Any]:
        """The elements of a list; one thing alone stands for a list of it."""
        value = self.options.get(option)
        if value is None:
            return []
        if isinstance(value, str) or callable(value):
            return [value]
        if isinstance(value, Sequence):
            return [*value]
        self.misfit(option, "give a list of names")  # sets too: without an order the version would change by itself
        return []

    def names(self, option: str, what: str) -> tuple[str, ...]:
        """Names, each once."""
        return tuple(dict.fromkeys(name for name in self.list(option) if self.name(name, what)))

    def names_by_argument(self, option: str) -> dict[str, str | None]:
        """Arguments and the names of what they take; None where something is given that is no name."""
        found = self.mapping(option, '{"argument": "name"}')
        for argument, name in found.items():
            if not isinstance(name, str):
                cure = "give the name of a dataset or of a parameter, as a text"
                self.wrong(f"{option} of {self.whose} gives {_short.repr(name)} to '{argument}'", cure)
                found[argument] = None
        return found

    def mapping(self, option: str, form: str) -> dict[str, Any]:
        """A dict with texts as keys; `form` tells how one is written."""
        value = self.options.get(option)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.misfit(option, f"give a dict, as in {option}={form}")
            return {}
        for key in value:
            if not isinstance(key, str):
                self.wrong(f"{option} of {self.whose} has the key {_short.repr(key)}", "its keys are names: texts")
        return {key: each for key, each in value.items() if isinstance(key, str)}

    def labels(self) -> dict[str, str]:
        """Labels: texts by name; numbers and truths are taken as they are written."""
        found = {}
        for name, value in self.mapping("labels", '{"team": "data"}').items():
            if not self.name(name, "label"):
                continue
            if isinstance(value, str | int | float):
                found[name] = str(value)
            else:
                self.wrong(f"label '{name}' of {self.whose} is {_short.repr(value)}", "give a text")
        return found

    def text(self, option: str, default: str = "") -> str:
        """A text."""
        value = self.options.get(option)
        if value is None:
            return default
        if not isinstance(value, str):
            self.misfit(option, "give a text")
            return default
        return value

    def choice(self, option: str, known: Sequence[C], default: C) -> C:
        """One of the known words."""
        value = self.options.get(option, default)
        found = next((one for one in known if one == value), None)
        if found is None:
            self.misfit(option, did_you_mean(str(value), known))
        return found or default

    def flag(self, option: str) -> bool:
        """True or False; absent is False."""
        value = self.options.get(option, False)
        if not isinstance(value, bool):
            self.misfit(option, "give True or False")
        return value is True

    def count(self, option: str) -> int | None:
        """A whole number from 1; None when it is not given."""
        value = self.options.get(option)
        cure = None if value is None else no_count(value)
        if cure is None:
            return value
        self.misfit(option, cure)
        return None

    def seconds(self, option: str, default: float | None = None, *, nothing: bool = False) -> float | None:
        """A duration; `nothing`: it may be 0."""
        value = self.options.get(option)
        if value is None:
            return default
        try:
            found = durations.wait(value)
        except ValueError as error:
            self.wrong(f"{option} of {self.whose}: {error}", None)
            return default
        if not found and not nothing:
            self.misfit(option, "give more than nothing, or leave it out for no limit")
        return found

    def retry(self) -> RetrySpec:
        """A policy, or the number of attempts of a plain one."""
        value = self.options.get("retry")
        if value is None:
            return RetrySpec()
        if isinstance(value, int) and not isinstance(value, bool):
            value = Retry(value)
            value.place = self.place
        if not isinstance(value, Retry):
            self.misfit("retry", "give a Retry(…), or a number of attempts")
            return RetrySpec()
        try:
            return value.spec
        except DefinitionError as error:
            self.problems.keep(error)
            return RetrySpec()

    def cache(self) -> tuple[Literal["inputs", "never"] | None, float | None]:
        """When a result of an earlier run may be taken, and for how many seconds."""
        value = self.options.get("cache")
        if value is None or value is False:
            return (None if value is None else "never"), None
        given = value if isinstance(value, Cache) else Cache(value)
        if given.by != "inputs":
            self.misfit("cache", 'give "inputs", Cache("inputs", ttl="7d"), or False for never')
            return None, None
        trigger = self.options.get("trigger")
        if trigger == "one_failed":
            self.wrong(f"{self.whose} has a cache and trigger='one_failed'", "leave out the cache")
        try:
            return "inputs", None if given.ttl is None else durations.wait(given.ttl)
        except ValueError as error:
            self.wrong(f"ttl of the cache of {self.whose}: {error}", None)
            return "inputs", None

    def limit(self) -> LimitSpec | None:
        """A Limit of runs, or the number of a plain one."""
        value = self.options.get("concurrency")
        if value is None:
            return None
        if not isinstance(value, Limit):
            runs = self.count("concurrency")
            return None if runs is None else LimitSpec(runs)
        try:
            return value.spec
        except DefinitionError as error:
            self.problems.keep(error)
            return None

    def resources(self) -> Resources:
        """What an attempt needs."""
        given = self.mapping("resources", '{"cpu": 2, "memory": "2GB"}')
        for key in given:
            if key not in RESOURCES:
                self.wrong(f"{self.whose} asks for the resource '{key}'", did_you_mean(key, RESOURCES))
        return Resources(
            self._amount(given, "cpu", 1.0, nothing=False),
            self._memory(given.get("memory")),
            self._amount(given, "gpu", 0.0, nothing=True),
            self._pool(given.get("pool")),
        )

    def _amount(self, given: Mapping[str, Any], key: str, default: float, *, nothing: bool) -> float:
        value = given.get(key, default)
        fits = isinstance(value, int | float) and not isinstance(value, bool) and value <= sys.float_info.max
        if fits and (value > 0 or (value == 0 and nothing)):
            return float(value)
        least = "0 or more" if nothing else "more than 0"
        self.wrong(f"resources of {self.whose}: {key} can't be {_short.repr(value)}", f"give a number, {least}")
        return default

    def _memory(self, value: Any) -> int | None:
        if value is None:
            return None
        try:
            found = durations.size(value)
        except ValueError as error:
            self.wrong(f"resources of {self.whose}: {error}", None)
            return None
        if not found:
            self.wrong(f"resources of {self.whose}: memory can't be nothing", "leave it out for no limit")
        return found

    def _pool(self, value: Any) -> str | None:
        return value if value is None or self.name(value, "pool") else None
