"""Durations, sizes and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.render import amounts

NOW = 1_700_000_000.0


def _iso(ago: float) -> str:
    return datetime.fromtimestamp(NOW - ago, UTC).isoformat()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""), (-1.0, "0 ms"), (0, "0 ms"), (0.0004, "<1 ms"), (0.0006, "1 ms"), (0.012, "12 ms"),
        (0.9994, "999 ms"), (0.9996, "1.0 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s"),
        (3599.6, "1 h 00 min"), (3720, "1 h 02 min"), (7199, "2 h 00 min"), (47.9 * 3600, "47 h 54 min"),
        (100 * 3600, "4 d 04 h"),
    ],
)  # fmt: skip
def test_durations_round_into_the_next_unit(seconds: float | None, text: str) -> None:
    assert amounts.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, ""), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9950, "10 kB"),
        (999_400, "999 kB"), (999_600, "1.0 MB"), (34e6, "34 MB"), (2.5e9, "2.5 GB"), (7e15, "7,000.0 TB"),
    ],
)  # fmt: skip
def test_sizes_have_two_digits_or_three(count: float | None, text: str) -> None:
    assert amounts.size(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (336_776, "336,776"), (3.0, "3"), (0.7123456789, "0.712346"), (1e-9, "1e-09"), (float("inf"), "inf")],
)
def test_numbers_have_the_digits_that_count(value: float, text: str) -> None:
    assert amounts.number(value) == text


def test_one_of_a_thing_is_no_plural() -> None:
    assert [amounts.plural(count, "task") for count in (0, 1, 2000)] == ["0 tasks", "1 task", "2,000 tasks"]


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (-5, "0 s ago"), (0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (3600, "1 h ago"), (86399, "23 h ago"),
        (86400, "1 d ago"), (40 * 86400, "40 d ago"),
    ],
)  # fmt: skip
def test_distances_are_told_in_their_largest_unit(ago: float, text: str) -> None:
    assert amounts.ago(_iso(ago), NOW) == text


def test_moments_are_local() -> None:
    assert amounts.moment(_iso(0)) == datetime.fromtimestamp(NOW).strftime("%Y-%m-%d %H:%M:%S")
    assert amounts.moment(None) == amounts.ago(None, NOW) == ""


@given(st.floats(0, 4e9))
def test_the_clock_shows_the_milliseconds_of_the_time(at: float) -> None:
    text = amounts.clock(at)
    assert len(text) == len("12:00:01.123")
    assert int(text[-3:]) in {int(at * 1000) % 1000, round(at * 1_000_000) // 1000 % 1000}
