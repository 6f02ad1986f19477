"""Typed parameters: checking what people and programs give, and turning it into what tasks take.

As stored, a value is plain JSON: a date is `"2013-01-31"`, a datetime ISO 8601, a duration seconds.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

from penstock.errors import ParameterError
from penstock.model import durations, nested
from penstock.model.nearest import did_you_mean, nearest
from penstock.model.notation import as_json
from penstock.model.spec import Json, ParamSpec

T = TypeVar("T")

TYPES: Final = ("any", "str", "int", "float", "bool", "date", "datetime", "duration", "list", "dict")

_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})


#: In an order that tells a bool from an int and a datetime from a date, which they are too.
_CLASSES: Final[tuple[tuple[type, str], ...]] = (
    (bool, "bool"), (int, "int"), (float, "float"), (str, "str"), (datetime, "datetime"), (date, "date"),
    (timedelta, "duration"), (list, "list"), (tuple, "list"), (dict, "dict"),
)  # fmt: skip


def type_of(value: object) -> str:
    """The parameter type of a Python default."""
    return next((name for kind, name in _CLASSES if isinstance(value, kind)), "any")


def type_named(given: object) -> str | None:
    """The parameter type that a text or a Python class (`int`, `timedelta`, `list[str]`) names; None for none."""
    if isinstance(given, str):
        return given if given in TYPES else None
    given = getattr(given, "__origin__", given)
    if given is Any or given is object:
        return "any"
    return next((name for kind, name in _CLASSES if given is kind), None)


def coerce(spec: ParamSpec, value: Any, *, text: bool = False, told: Callable[[object], str] = repr) -> Json:
    """The JSON value of a parameter, checked. `text`: as typed on a command line. Raises ParameterError.

    `told` tells a value to who gave it: to one who wrote Python as Python does.
    """
    try:
        made = _MAKE[spec.type](value, text)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ParameterError(f"parameter '{spec.name}' is {spec.type}, and {told(value)} is not: {error}") from error
    _check(spec, made, told)
    return made


def _check(spec: ParamSpec, value: Json, told: Callable[[object], str]) -> None:
    if spec.choices and value not in spec.choices:
        close = nearest(str(value), [str(choice) for choice in spec.choices])
        meant = f"did you mean '{close}'? " if close else ""
        known = ", ".join(told(choice) for choice in spec.choices)
        cure = f"{meant}choose one of {known}"
        raise ParameterError(f"parameter '{spec.name}' can't be {told(value)}", cure=cure)
    # As Python objects: moments in different time zones do not sort as their texts do.
    ranked = to_python(spec, value)
    try:
        if spec.min is not None and ranked < to_python(spec, spec.min):
            raise ParameterError(f"parameter '{spec.name}' is {told(value)}, and must be at least {told(spec.min)}")
        if spec.max is not None and ranked > to_python(spec, spec.max):
            raise ParameterError(f"parameter '{spec.name}' is {told(value)}, and must be at most {told(spec.max)}")
    except TypeError as error:
        raise ParameterError(
            f"parameter '{spec.name}' is {told(value)}, which can't be compared with its bounds: {error}"
        ) from error
    if spec.pattern is not None and not re.fullmatch(spec.pattern, str(value)):
        raise ParameterError(f"parameter '{spec.name}' is {told(value)}, and must match {spec.pattern}")


def resolve(specs: Mapping[str, ParamSpec], given: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Json]:
    """The values of a run by name, with defaults. Raises one ParameterError that tells every problem; its `missing` are
    the names of those that have to be given, by the words of who asked for them.

    What is given for `a.b` where `a` is a dict parameter is its part `b`, of the type that it has in the default.
    """
    values: dict[str, Json] = {}
    parts = {name: outer for name in (*given, *texts) if name not in specs and (outer := nested.holder(name, specs))}
    inner = {name: _part(name, specs[outer]) for name, outer in parts.items()}
    problems = [
        f"there is no parameter '{name}'; {did_you_mean(name, nested.names(specs))}"
        for name in (*given, *texts)
        if name not in specs and name not in inner
    ]
    missing: list[str] = []
    changes: dict[str, Json] = {}
    for name, spec in (*specs.items(), *inner.items()):
        try:
            value = _resolve_one(spec, given, texts)
        except ParameterError as error:
            problems.append(str(error))
            missing += error.facts.get("missing", [])
            continue
        if name in specs:
            values[name] = value
        if name in given or name in texts:
            changes[name] = value
    if problems:
        cure = "give it a value" if missing else None
        raise ParameterError("; ".join(problems), cure=cure, problems=problems, missing=missing)
    if any("." in name for name in (*specs, *changes)):
        return nested.spread(values, changes)
    return values


def _part(name: str, outer: ParamSpec) -> ParamSpec:
    """What is known of a part of a dict parameter: the type that it has in the default."""
    value = nested.at(outer.default, name[len(outer.name) + 1 :].split("."))
    return ParamSpec(name, "any" if value is None else type_of(value), value)


def _resolve_one(spec: ParamSpec, given: Mapping[str, Any], texts: Mapping[str, str]) -> Json:
    name = spec.name
    if name in texts:
        return coerce(spec, texts[name], text=True, told=as_json)
    if name not in given:
        if spec.required:
            raise ParameterError(f"parameter '{name}' is required", missing=[name])
        return spec.default
    if given[name] is None and spec.default is None and not spec.required:
        return None  # the default, said aloud
    return coerce(spec, given[name], told=as_json)


def to_python(spec: ParamSpec, value: Json) -> Any:
    """What a task function takes: dates, datetimes and durations as Python objects."""
    if value is None:
        return None
    convert = _PYTHON.get(spec.type)
    return value if convert is None else convert(value)


def _any(value: Any, text: bool) -> Json:
    if not text:
        return _plain(value)
    try:
        return _of_json(value)
    except ValueError:
        return _str(value, text)


def _str(value: Any, text: bool) -> str:
    if not isinstance(value, str):
        raise TypeError("it is no text")
    try:
        return value.encode().decode()  # a plain str, also of a subclass of it
    except UnicodeEncodeError:
        raise ValueError("it has bytes that are no UTF-8") from None


def _int(value: Any, text: bool) -> int:
    if text:
        return _read(int, value, "a whole number, as in 42")
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("it is no whole number")
    return int(value)


def _float(value: Any, text: bool) -> float:
    if not text and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError("it is no number")
    number = _read(float, value, "a number, as in 1.5")
    if not math.isfinite(number):
        raise ValueError("it is not finite")
    return number


def _bool(value: Any, text: bool) -> bool:
    if text and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    if not isinstance(value, bool):
        raise TypeError("write true or false")
    return value


def _date(value: Any, text: bool) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return _read(date.fromisoformat, value, "a day, as in 2026-03-01").isoformat()


def _datetime(value: Any, text: bool) -> str:
    example = "a moment, as in 2026-03-01T06:30:00"
    made = value if isinstance(value, datetime) else _read(datetime.fromisoformat, value, example)
    return made.isoformat()


def _read(make: Callable[[Any], T], value: Any, example: str) -> T:
    try:
        return make(value)
    except (ValueError, TypeError):
        raise ValueError(f"write {example}") from None


def _duration(value: Any, text: bool) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str | timedelta):
        raise TypeError("write seconds as a number, or a text like '5s' or '1h30m'")
    made = durations.seconds(value)
    try:
        timedelta(seconds=made)
    except OverflowError:
        raise ValueError("it is longer than a timedelta of Python can be") from None
    return made


def _list(value: Any, text: bool) -> list[Json]:
    made = _of_json(value) if text else value
    if not isinstance(made, list | tuple):
        raise TypeError("write a list, as in [1, 2]")
    return list(_plain(made))


def _dict(value: Any, text: bool) -> dict[str, Json]:
    made = _of_json(value) if text else value
    if not isinstance(made, dict):
        raise TypeError('write an object, as in {"a": 1}')
    return dict(_plain(made))


def _plain(value: Any) -> Json:
    _refuse_keys_that_change(value)
    return json.loads(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())


def _refuse_keys_that_change(value: Any) -> None:
    """JSON makes texts of other keys, and so another dict: `{1: "a"}` would come back as `{"1": "a"}`."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is no text")
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            _refuse_keys_that_change(each)


def _of_json(value: str) -> Any:
    try:
        # Python reads NaN and Infinity, which are no JSON and which no database takes as such.
        return _plain(json.loads(value))
    except ValueError as error:
        raise ValueError(f'write JSON, as in ["a", 1] or {{"a": 1}} ({error})') from error


_MAKE: Final[dict[str, Callable[[Any, bool], Json]]] = {
    "any": _any, "str": _str, "int": _int, "float": _float, "bool": _bool, "date": _date, "datetime": _datetime,
    "duration": _duration, "list": _list, "dict": _dict,
}  # fmt: skip
_PYTHON: Final[dict[str, Callable[[Any], Any]]] = {
    "date": date.fromisoformat, "datetime": datetime.fromisoformat, "duration": lambda value: timedelta(seconds=value),
}  # fmt: skip
