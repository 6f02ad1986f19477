"""Plain values come back as they were, to the type."""

from __future__ import annotations

import json
import math
import uuid
from collections import OrderedDict, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.artifacts import plain
from penstock.errors import ArtifactError, Unstorable

ZONES = st.one_of(
    st.none(),
    st.integers(-82_800, 82_800).map(lambda seconds: timezone(timedelta(seconds=seconds))),
    st.sampled_from([UTC, ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York"), ZoneInfo("UTC")]),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=())),
    st.binary(max_size=20),
    st.binary(max_size=20).map(bytearray),
    st.complex_numbers(),
    st.dates(),
    st.timedeltas(),
    st.builds(datetime.replace, st.datetimes(timezones=ZONES), fold=st.sampled_from([0, 1])),
    st.builds(time.replace, st.times(timezones=ZONES), fold=st.sampled_from([0, 1])),
    st.decimals(),
    st.uuids(),
    st.text(st.characters(exclude_characters="\0", exclude_categories=())).map(Path),
    st.text(st.characters(exclude_characters="\0")).map(PurePosixPath),
)
NUMPY = st.one_of(
    *[
        st.integers(np.iinfo(kind).min, np.iinfo(kind).max).map(np.dtype(kind).type)
        for kind in ("i1", "u4", "i8", "u8")
    ],
    st.floats(width=16).map(np.float16),
    st.floats(width=32).map(np.float32),
    st.floats().map(np.float64),
    st.booleans().map(np.bool_),
    st.builds(np.datetime64, st.integers(-(2**62), 2**62), st.sampled_from(["ns", "s", "D", "M"])),
    st.builds(np.timedelta64, st.integers(-(2**62), 2**62), st.sampled_from(["ns", "h", "Y"])),
    st.just(np.datetime64("NaT")),
)
HASHABLE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.decimals(allow_nan=False)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3).map(tuple), st.frozensets(inner, max_size=3)),
    max_leaves=4,
)
VALUES = st.recursive(
    LEAVES | NUMPY,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(st.text(max_size=3) | st.just("$"), inner, max_size=5),
        st.dictionaries(HASHABLE, inner, max_size=5),
        st.sets(HASHABLE, max_size=5),
        st.frozensets(HASHABLE, max_size=5),
    ),
    max_leaves=20,
)


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types throughout; a NaN is the same as a NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            same(*keys) and same(one[keys[0]], other[keys[1]]) for keys in zip(one, other, strict=True)
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, set | frozenset):
        return sorted(map(told, one)) == sorted(map(told, other))
    if isinstance(one, datetime | time):
        return (one.replace(tzinfo=None), one.fold, told_zone(one)) == (
            other.replace(tzinfo=None), other.fold, told_zone(other),
        )  # fmt: skip
    # Signs of zeros and kinds of NaN are part of how a number is told.
    return told(one) == told(other)


def told(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({sorted(map(told, value))})"
    if isinstance(value, tuple):
        return f"({[told(each) for each in value]})"
    return f"{type(value)} {value!r}" if not isinstance(value, Decimal) else f"Decimal {value}"


def told_zone(value: datetime | time) -> Any:
    return repr(value.tzinfo)


@given(VALUES)
@example({"$": ["tuple", [1]]})
@example({"$": {"$": 1}})
@example([{"$": 1, "a": 2}, {"$x": 3}])
@example("\ud83d\ude00")
@example({"\ud800": "\udfff"})
@example({1: 1, "1": 2, 1.5: 3, None: 4})
@example([float("nan"), -0.0, math.inf, -math.inf])
@example(datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")))
@example(np.float64(0.1))
def test_a_plain_value_comes_back_as_it_was(value: Any) -> None:
    text = plain.dumps(value)
    assert same(plain.loads(text), value)


@given(VALUES)
@example("\ud83d\ude00")
@example(["\ud800"])
@example({"\udfff": 1})
@example([math.nan])
def test_the_text_is_strict_json_that_a_database_takes(value: Any) -> None:
    text = plain.dumps(value)
    text.encode()
    json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text("aé$"), lambda i: st.lists(i, max_size=4)))
def test_what_json_holds_needs_no_tag(value: Any) -> None:
    assert plain.dumps(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("number", [10**5000, -(10**5000), 10**4299, 2**63, -(2**63) - 1], ids=hex)
def test_large_whole_numbers(number: int) -> None:
    back = plain.loads(plain.dumps([number]))[0]
    assert back == number


class Colour(IntEnum):
    RED = 1


class Text(str):
    pass


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    "value",
    [
        Colour.RED, Text("a"), Point(1, 2), OrderedDict(a=1), object(), PureWindowsPath("a"), range(3), ...,
        timezone(timedelta(hours=1), "CET"), datetime(2020, 1, 1, tzinfo=timezone(timedelta(hours=1), "CET")),
        datetime(2020, 1, 1, tzinfo=timezone(timedelta(microseconds=1))),
        np.longdouble(1), np.str_("a"), np.zeros(2), {Colour.RED: 1}, {"a": [{"b": (Text("c"),)}]},
        {frozenset({Text("a")})},
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_types_that_would_come_back_as_others_are_not_plain(value: Any) -> None:
    with pytest.raises(plain.NotPlain):
        plain.dumps(value)


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: {"a": x}, lambda x: (x,), lambda x: {1: x}])
def test_nesting_ends_somewhere_and_the_error_says_so(wrap: Any) -> None:
    value: Any = 1
    for _ in range(plain.DEPTH - 1):
        value = wrap(value)
    assert plain.loads(plain.dumps(value)) == value
    for _ in range(3):
        value = wrap(value)
    with pytest.raises(Unstorable, match="nested more than 200 deep, or holds itself; return a flatter value"):
        plain.dumps(value)


def test_a_value_that_holds_itself_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(Unstorable, match="holds itself"):
        plain.dumps(circle)


@pytest.mark.parametrize("text", ['{"$":["no such",1]}', '{"$":["date","x"]}', '{"$":[]}', "{", '{"$":1}'])
def test_texts_of_others_are_an_error_of_ours(text: str) -> None:
    with pytest.raises(ArtifactError, match="a plain value can't be read"):
        plain.loads(text)


def test_each_reader_has_its_own() -> None:
    text = plain.dumps({"a": [1]})
    plain.loads(text)["a"].append(2)
    assert plain.loads(text) == {"a": [1]}


def test_times_and_ids_by_example() -> None:
    """The texts are a format: what was written by this version must be readable by the next."""
    told = {
        '{"$":["datetime","2013-01-01T05:00:00+00:00"]}': datetime(2013, 1, 1, 5, tzinfo=UTC),
        '{"$":["datetime","2013-01-01T05:00:00","America/New_York",0]}': datetime(
            2013, 1, 1, 5, tzinfo=ZoneInfo("America/New_York")
        ),
        '{"$":["date","2013-01-01"]}': date(2013, 1, 1),
        '{"$":["timedelta",1,2,3]}': timedelta(1, 2, 3),
        '{"$":["UUID","00000000000000000000000000000001"]}': uuid.UUID(int=1),
        '{"$":["dict",[[1,"a"]]]}': {1: "a"},
        '{"$":["set",[1]]}': {1},
        '{"$":["bytes","YQ=="]}': b"a",
        '{"$":["numpy","float64",1.5]}': np.float64(1.5),
        '{"$":["Path","/a/b"]}': Path("/a/b"),
        '{"$":["float","nan"]}': math.nan,
    }
    for text, value in told.items():
        assert plain.dumps(value) == text
        assert same(plain.loads(text), value)
