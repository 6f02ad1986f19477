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
        (None, ""), (-1.0, "0 ms"), (0, "0 ms"), (0.012, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.0 s"),
        (59.94, "59.9 s"), (59.96, "1 min 00 s"), (125, "2 min 05 s"), (3599.6, "1 h 00 min"), (3720, "1 h 02 min"),
        (100 * 3600, "100 h 00 min"),
    ],
)  # fmt: skip
def test_durations_round_into_the_next_unit(seconds: float | None, text: str) -> None:
    assert amounts.duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, ""), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"), (9950, "10 kB"),
        (999_400, "999 kB"), (999_600, "1.0 MB"), (34e6, "34 MB"), (2.5e9, "2.5 GB"), (7e15, "7000 TB"),
    ],
)  # fmt: skip
def test_sizes_have_two_digits_or_three(count: float | None, text: str) -> None:
    assert amounts.size(count) == text


@pytest.mark.parametrize(
    ("ago", "text"), [(0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (3600, "1 h ago"), (86399, "24 h ago")]
)
def test_recent_moments_are_told_by_their_distance(ago: float, text: str) -> None:
    assert amounts.moment(_iso(ago), NOW) == text


def test_other_moments_are_told_by_date() -> None:
    assert amounts.moment(_iso(86400), NOW) == datetime.fromtimestamp(NOW - 86400).strftime("%Y-%m-%d %H:%M")
    assert amounts.moment(_iso(-5), NOW) == datetime.fromtimestamp(NOW + 5).strftime("%Y-%m-%d %H:%M")
    assert amounts.moment(None, NOW) == ""


@given(st.floats(0, 4e9))
def test_the_clock_shows_the_milliseconds_of_the_time(at: float) -> None:
    text = amounts.clock(at)
    assert len(text) == len("12:00:01.123")
    assert int(text[-3:]) == int(at * 1000) % 1000


@given(st.text(), st.integers(3, 200), st.booleans())
def test_cut_text_is_one_line_that_fits(text: str, width: int, unicode: bool) -> None:
    found = amounts.cut(text, width, unicode=unicode)
    line = " ".join(text.split())
    assert len(found) <= width
    assert found == line if len(line) <= width else found.endswith("…" if unicode else "...")
