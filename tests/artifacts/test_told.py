"""Plain values as people read them, without making the objects that they stand for."""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.artifacts import plain, tags
from penstock.artifacts.previews import told as told_module
from penstock.artifacts.previews.told import told, told_text

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1, 1),
        (True, True),
        (None, None),
        ("é", "é"),
        (2**60 + 1, 2**60 + 1),
        (-(2**60) - 1, -(2**60) - 1),
        (float("inf"), "inf"),
        (1 - 2j, "1.0-2.0j"),
        ([1, (2, {3})], [1, [2, [3]]]),
        ({"$": 1}, {"$": 1}),
        ({1: "a", (1, 2): {"b": b"\x00\xff"}}, {"1": "a", "[1, 2]": {"b": "00 ff"}}),
        ({1: "a", "1": "b"}, [[1, "a"], ["1", "b"]]),
        (datetime(2013, 1, 1, tzinfo=UTC), "2013-01-01T00:00:00+00:00"),
        (datetime(2013, 1, 1, tzinfo=PARIS), "2013-01-01T00:00:00 Europe/Paris"),
        (time(5, 30), "05:30:00"),
        (date(2013, 1, 1), "2013-01-01"),
        (timedelta(days=1, seconds=2), "1 day, 0:00:02"),
        (Decimal("1.50"), "1.50"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Path("/a/b"), "/a/b"),
        ("half \ud800", "half \ufffd\ufffd\ufffd"),
        (np.float64(0.5), 0.5),
        (np.int64(2**60), 2**60),
    ],
    ids=lambda each: repr(each)[:40],
)
def test_shown(value: Any, shown: Any) -> None:
    assert told(plain.dumps(value)) == shown


def test_numbers_of_more_digits_than_python_tells() -> None:
    assert told(plain.dumps(2**20_000)) == f"{hex(2**20_000)} (hexadecimal)"


def test_times_of_numpy_name_their_unit() -> None:
    assert told(plain.dumps(np.datetime64("2013-01-01", "D"))) == "15706 (M8[D])"


_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates() | st.datetimes()
    | st.timedeltas() | st.decimals() | st.uuids() | st.complex_numbers()
)  # fmt: skip


@given(
    st.recursive(
        _LEAVES,
        lambda inner: (
            st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.integers() | st.dates(), inner)
        ),
    )
)
def test_every_plain_value_can_be_shown(value: Any) -> None:
    assert json.loads(told_text(plain.dumps(value))) == json.loads(json.dumps(told(plain.dumps(value))))


def test_every_tag_is_known() -> None:
    assert set(told_module._TAGS) == set(tags._READERS)


@pytest.mark.parametrize(
    "text", ['{"$":["unknown",1]}', '{"$":1}', "{", '{"$":["date"]}', '{"$":[[],1]}', "[" * 100_000]
)
def test_other_texts_are_errors(text: str) -> None:
    with pytest.raises(ValueError, match=r"no plain value|Expecting"):
        told(text)


def test_no_zone_or_library_is_looked_up() -> None:
    """What a value names is text here: looking it up would read files by its name."""
    assert (
        told('{"$":["datetime","2013-01-01T00:00:00","../../etc/passwd",0]}') == "2013-01-01T00:00:00 ../../etc/passwd"
    )
    before = set(sys.modules)
    told('{"$":["numpy","float64",1.0]}')
    assert set(sys.modules) == before
