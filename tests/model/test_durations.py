"""Durations and sizes as people write them."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.durations import seconds, size, wait

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


@given(st.lists(st.integers(0, 999), min_size=5, max_size=5), st.sampled_from(["", " "]))
def test_parts_add_up(counts: list[int], gap: str) -> None:
    text = gap.join(f"{count}{unit}" for count, unit in zip(counts, UNITS, strict=True))
    assert seconds(text) == sum(count * worth for count, worth in zip(counts, UNITS.values(), strict=True))


@given(st.timedeltas(timedelta(0)))
def test_a_timedelta_is_its_seconds(value: timedelta) -> None:
    assert seconds(value) == value.total_seconds()


@given(st.floats(0, 1e290) | st.integers(0, 10**15))
def test_a_number_is_seconds_written_or_not(value: float) -> None:
    assert seconds(value) == seconds(str(value)) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90), ("1h30m", 5400), ("250ms", 0.25), ("2min", 120), ("1.5h", 5400), (" 5 S ", 5), ("1D", 86400)],
)
def test_texts(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    "wrong",
    ["", "soon", "5 x", "-5s", "1h-3m", "1.2.3s", "s", "inf", "nan", "9" * 400 + "s",
     -1, float("inf"), float("nan"), 10**400, True, None, [], timedelta(-1)],
)  # fmt: skip
def test_what_is_no_duration_is_a_value_error(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        seconds(wrong)


def test_nothing_waits_longer_than_rows_and_threads_can() -> None:
    assert wait("100y") == 100 * seconds("1y") < threading.TIMEOUT_MAX
    for wrong in ("101y", 10**22):
        with pytest.raises(ValueError, match="write at most '100y'"):
            wait(wrong)


@given(st.text())
def test_any_text_is_seconds_or_a_value_error(text: str) -> None:
    for read in (seconds, size):
        try:
            assert read(text) >= 0
        except ValueError:
            pass


@given(st.integers(0, 2**53 - 1))
def test_bytes_are_themselves(count: int) -> None:
    assert size(count) == size(str(count)) == size(f"{count} B") == count


@given(st.integers(0, 4096), st.sampled_from([("k", 1), ("M", 2), ("G", 3), ("T", 4)]))
def test_decimal_and_binary_units(count: int, unit: tuple[str, int]) -> None:
    letter, power = unit
    assert size(f"{count}{letter}B") == size(f"{count}{letter}") == count * 1000**power
    assert size(f"{count}{letter}iB") == size(f"{count}{letter}i") == count * 1024**power


@pytest.mark.parametrize("wrong", ["", "GB", "2 GX", "-1", "1e9", -1, 1.5, True, None, "9" * 400 + "GB"])
def test_what_is_no_size_is_a_value_error(wrong: Any) -> None:
    with pytest.raises(ValueError, match="is no size"):
        size(wrong)
