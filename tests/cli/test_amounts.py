"""Durations, sizes and times as people read them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.render import amounts

#: What the page is held to as well, by ui/src/domain/formats.test.ts.
CASES = json.loads((Path(__file__).parents[2] / "ui/src/domain/formats.cases.json").read_text(encoding="utf-8"))
NOW = 1_700_000_000.0


def _iso(ago: float) -> str:
    return datetime.fromtimestamp(NOW - ago, UTC).isoformat()


@pytest.mark.parametrize(("seconds", "text"), CASES["durations"])
def test_durations_are_told_as_on_the_page(seconds: float, text: str) -> None:
    assert amounts.duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), CASES["sizes"])
def test_sizes_are_told_as_on_the_page(count: int, text: str) -> None:
    assert amounts.size(count) == text


def test_what_is_not_known_is_left_out_and_nothing_lasts_less_than_no_time() -> None:
    assert (amounts.duration(None), amounts.size(None), amounts.duration(-1.0)) == ("", "", "0 ms")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (336_776, "336,776"), (3.0, "3"), (0.7123456789, "0.712346"), (1e-9, "1e-09"), (float("inf"), "inf")],
)
def test_numbers_have_the_digits_that_count(value: float, text: str) -> None:
    assert amounts.number(value) == text


def test_one_of_a_thing_is_no_plural() -> None:
    assert [amounts.plural(count, "task") for count in (0, 1, 2000)] == ["0 tasks", "1 task", "2,000 tasks"]


# The page tells the day of what is two weeks past; here the moment stands beside.
@pytest.mark.parametrize(("ago", "text"), [*CASES["distances"], (-5, "now"), (40 * 86400, "40 d ago")])
def test_distances_are_told_in_their_largest_unit_as_on_the_page(ago: float, text: str) -> None:
    assert amounts.ago(_iso(ago), NOW) == text


def test_moments_are_local() -> None:
    assert amounts.moment(_iso(0)) == datetime.fromtimestamp(NOW).strftime("%Y-%m-%d %H:%M:%S")
    assert amounts.moment(None) == amounts.ago(None, NOW) == ""


@given(st.floats(0, 4e9))
def test_the_clock_shows_the_milliseconds_of_the_time(at: float) -> None:
    text = amounts.clock(at)
    assert len(text) == len("12:00:01.123")
    assert int(text[-3:]) in {int(at * 1000) % 1000, round(at * 1_000_000) // 1000 % 1000}
