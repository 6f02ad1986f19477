"""Parameters: what is taken, what is refused, and how it is told."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import ParameterError
from penstock.model.params import TYPES, coerce, resolve, to_python, type_named, type_of
from penstock.model.spec import ParamSpec

finite = st.floats(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OF_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "any": plain,
    "str": st.text(),
    "int": st.integers(-(10**30), 10**30),
    "float": finite,
    "bool": st.booleans(),
    "date": st.dates(),
    "datetime": st.datetimes(timezones=st.none() | st.timezones()),
    "duration": st.timedeltas(timedelta(0), timedelta(days=1000)),
    "list": st.lists(plain, max_size=3),
    "dict": st.dictionaries(st.text(), plain, max_size=3),
}
typed = st.sampled_from(TYPES).flatmap(lambda kind: OF_TYPE[kind].map(lambda value: (kind, value)))


@given(typed)
def test_python_value_to_json_and_back(pair: tuple[str, Any]) -> None:
    kind, value = pair
    spec = ParamSpec("p", kind)
    stored = coerce(spec, value)
    assert json.loads(json.dumps(stored, allow_nan=False)) == stored
    back = to_python(spec, stored)
    if kind == "duration":
        assert abs(back - value) <= timedelta(microseconds=1)
    else:
        assert _moment(back) == _moment(value)
    assert coerce(spec, back) == stored or kind == "duration"


def _moment(value: Any) -> Any:
    """A time in an hour that comes twice is equal to none of another zone (PEP 495): its parts are compared."""
    return (value.replace(tzinfo=None, fold=0), value.utcoffset()) if isinstance(value, datetime) else value


@given(typed)
def test_what_is_stored_can_be_typed_on_a_command_line(pair: tuple[str, Any]) -> None:
    kind, value = pair
    spec = ParamSpec("p", kind)
    stored = coerce(spec, value)
    text = stored if kind in ("str", "date", "datetime") else json.dumps(stored)
    assert coerce(spec, text, text=True) == stored


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("int", "2013", 2013), ("int", "-3", -3), ("float", "1.5", 1.5), ("float", "2", 2.0), ("str", "2013", "2013"),
        ("bool", "true", True), ("bool", "NO", False), ("bool", "1", True), ("bool", "off", False),
        ("date", "2013-01-31", "2013-01-31"), ("datetime", "2013-01-31T06:00", "2013-01-31T06:00:00"),
        ("duration", "1h30m", 5400.0), ("duration", "90", 90.0), ("list", "[1, 2]", [1, 2]),
        ("dict", '{"a": 1}', {"a": 1}), ("any", "3", 3), ("any", "three", "three"), ("any", "null", None),
        ("any", "NaN", "NaN"),
    ],
)  # fmt: skip
def test_texts_of_a_command_line(kind: str, text: str, expected: Any) -> None:
    made = coerce(ParamSpec("p", kind), text, text=True)
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("int", "x", True), ("int", "1.5", True), ("int", 1.5, False), ("int", True, False), ("int", "3", False),
        ("float", "nan", True), ("float", float("inf"), False), ("float", False, False), ("str", 3, False),
        ("bool", "maybe", True), ("bool", 1, False), ("date", "31.1.2013", True), ("date", 3, False),
        ("datetime", "noon", True), ("duration", "-1s", True), ("duration", "soon", True),
        ("duration", 1e300, False), ("float", 10**400, False), ("duration", None, False),
        ("list", "1, 2", True), ("list", "{}", True), ("list", {"a": 1}, False), ("dict", "[]", True),
        ("dict", [1], False), ("any", float("nan"), False), ("any", {1, 2}, False),
        ("list", [float("inf")], False), ("list", "[NaN]", True), ("dict", {"a": float("nan")}, False),
        ("dict", {1: "a"}, False), ("any", [{"a": {None: 1}}], False), ("str", "\udcff", True), ("any", "\udcff", True),
        ("list", ["\udcff"], False), ("list", "[" * 100_000, True),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_with_name_and_type(kind: str, value: Any, text: bool) -> None:
    with pytest.raises(ParameterError, match=f"parameter 'p' is {kind}, and "):
        coerce(ParamSpec("p", kind), value, text=text)


@pytest.mark.parametrize(
    ("kind", "value", "cure"),
    [
        ("int", "x", "write a whole number, as in 42"), ("float", "x", "write a number, as in 1.5"),
        ("date", "x", "write a day, as in 2026-03-01"), ("datetime", "x", "write a moment, as in 2026-03-01T06:30:00"),
        ("duration", "99999999y", "longer than a timedelta"), ("bool", "x", "write true or false"),
        ("duration", "x", "write a number and ms, s, m, h, d, w or y"),
        ("list", "a,b", r'write JSON, as in \["a", 1\]'),
    ],
)  # fmt: skip
def test_what_is_typed_wrongly_is_told_with_an_example(kind: str, value: str, cure: str) -> None:
    with pytest.raises(ParameterError, match=cure):
        coerce(ParamSpec("p", kind), value, text=True)


@given(st.integers(), st.integers(), st.integers())
def test_bounds(value: int, low: int, high: int) -> None:
    spec = ParamSpec("p", "int", min=low, max=high)
    if low <= value <= high:
        assert coerce(spec, value) == value
    else:
        with pytest.raises(ParameterError, match="must be at"):
            coerce(spec, value)


def test_bounds_of_zero_count() -> None:
    with pytest.raises(ParameterError, match="at least 0"):
        coerce(ParamSpec("p", "int", min=0), -1)
    with pytest.raises(ParameterError, match="at most 0"):
        coerce(ParamSpec("p", "int", max=0), 1)


def test_bounds_of_dates_and_moments() -> None:
    spec = ParamSpec("day", "date", min="2013-01-01", max="2013-12-31")
    assert coerce(spec, date(2013, 5, 1)) == "2013-05-01"
    with pytest.raises(ParameterError, match="at least"):
        coerce(spec, date(2012, 12, 31))
    # Half past midnight in Paris is before midnight in UTC, though its text sorts after it.
    start = ParamSpec("start", "datetime", min="2013-01-01T00:00:00+00:00")
    with pytest.raises(ParameterError, match="at least"):
        coerce(start, datetime.fromisoformat("2013-01-01T00:30:00+01:00"))


def test_a_bound_that_can_not_be_compared_is_told() -> None:
    with pytest.raises(ParameterError, match="'p'"):
        coerce(ParamSpec("p", "any", min=1), "many")


def test_choices_and_pattern() -> None:
    assert coerce(ParamSpec("p", "str", choices=("a", "b")), "a") == "a"
    with pytest.raises(ParameterError, match="choose one of 'a', 'b'"):
        coerce(ParamSpec("p", "str", choices=("a", "b")), "c")
    pattern = ParamSpec("p", "str", pattern="[A-Z]{3}")
    assert coerce(pattern, "JFK") == "JFK"
    for wrong in ("JF", "JFKX", "xJFK", "JFK\n"):
        with pytest.raises(ParameterError, match="must match"):
            coerce(pattern, wrong)


def test_a_wrong_choice_is_told_the_nearest() -> None:
    spec = ParamSpec("mode", "str", choices=("fast", "full"))
    with pytest.raises(ParameterError) as caught:
        coerce(spec, "fsat")
    assert caught.value.cure == "did you mean 'fast'? choose one of 'fast', 'full'"


@pytest.mark.parametrize(
    ("spec", "value", "told"),
    [
        (ParamSpec("p", "int", required=True), None, "null is not: it is no whole number"),
        (ParamSpec("p", "str"), [True, None], "[true, null] is not: it is no text"),
        (ParamSpec("p", "str"), {"a": "é"}, '{"a": "é"} is not: it is no text'),
        (ParamSpec("p", "int"), "x", "'x' is not: it is no whole number"),
        (ParamSpec("p", "duration", required=True), None, "null is not: write seconds as a number"),
        (ParamSpec("p", "duration"), True, "true is not: write seconds as a number"),
        (ParamSpec("p", "bool", choices=(True,)), False, "can't be false; choose one of true"),
    ],
)
def test_what_is_wrong_with_a_value_is_told_as_it_was_written(spec: ParamSpec, value: Any, told: str) -> None:
    with pytest.raises(ParameterError) as as_json:
        resolve({"p": spec}, {"p": value}, {})
    assert told in str(as_json.value)
    with pytest.raises(ParameterError) as as_python:
        coerce(spec, value)
    assert repr(value) in as_python.value.message


def test_subclasses_are_stored_plain() -> None:
    class Word(str):
        def __str__(self) -> str:
            return "another"

    class Level(IntEnum):
        HIGH = 3

    assert (made := coerce(ParamSpec("p", "str"), Word("x"))) == "x"
    assert type(made) is str
    assert type(coerce(ParamSpec("p", "int"), Level.HIGH)) is int


def test_none_may_be_given_where_it_is_the_default() -> None:
    specs = {
        "day": ParamSpec("day", "date"),
        "size": ParamSpec("size", "int", 3),
        "origin": ParamSpec("origin", "str", required=True),
    }
    assert resolve(specs, {"day": None, "origin": "JFK"}, {})["day"] is None
    for name in ("size", "origin"):
        with pytest.raises(ParameterError, match=f"parameter '{name}' is"):
            resolve(specs, {"origin": "JFK", name: None}, {})


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("int", "int"), (int, "int"), (bool, "bool"), (timedelta, "duration"), (date, "date"), (datetime, "datetime"),
        (list[int], "list"), (dict[str, int], "dict"), (Any, "any"), ("integer", None), (set, None), (5, None),
        ([], None),
    ],
)  # fmt: skip
def test_types_by_name_and_by_class(given: Any, named: str | None) -> None:
    assert type_named(given) == named


def test_all_problems_are_told_at_once() -> None:
    specs = {
        "year": ParamSpec("year", "int", 2013),
        "origin": ParamSpec("origin", "str", required=True),
        "share": ParamSpec("share", "float", 0.5, max=1.0),
    }
    with pytest.raises(ParameterError) as caught:
        resolve(specs, {"share": 2.0}, {"yaer": "1", "year": "soon"})
    problems = caught.value.facts["problems"]
    assert len(problems) == 4
    told = str(caught.value)
    for part in ("no parameter 'yaer'; did you mean 'year'?", "'year' is int", "'origin' is required", "at most 1.0"):
        assert part in told
    assert (caught.value.facts["missing"], caught.value.cure) == (["origin"], "give it a value")


def test_defaults_then_given_then_texts() -> None:
    specs = {name: ParamSpec(name, "int", 0) for name in "abc"}
    assert resolve(specs, {"b": 1, "c": 1}, {"c": "2"}) == {"a": 0, "b": 1, "c": 2}


@given(typed.filter(lambda pair: pair[0] != "any"))
def test_the_type_of_a_default_takes_it(pair: tuple[str, Any]) -> None:
    assert type_of(pair[1]) == pair[0]
