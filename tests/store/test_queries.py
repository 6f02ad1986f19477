"""Filters as people and programs write them."""

from __future__ import annotations

import pytest

from penstock.errors import UsageError
from penstock.store.filters import RunFilter
from penstock.store.queries import filter_from_query, narrowing

NOW = 1_356_998_400.0  # 2013-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1d", NOW - 86_400), ("2h", NOW - 7200), ("1h30m", NOW - 5400), ("90s", NOW - 90), ("1.5D", NOW - 129_600),
        ("2013-01-01", NOW), ("2013-01-01T00:00:00Z", NOW), ("2013-01-01T01:00:00 01:00", NOW),
    ],
)  # fmt: skip
def test_a_time_is_told_as_such_or_as_how_long_ago(text: str, at: float) -> None:
    assert filter_from_query(f"created_after={text}", NOW) == RunFilter(created_after=at)
    assert filter_from_query(f"created_before={text}", NOW) == RunFilter(created_before=at)


@pytest.mark.parametrize("text", ["yesterday", "2013", "7", "-1d", "d", "inf", "nan", "1x", ""])
def test_what_is_no_time_is_refused_with_an_example_of_both(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        filter_from_query(f"created_after={text}", NOW)
    assert f"'{text}' is no time" in caught.value.message
    assert "2026-03-01" in (caught.value.cure or "")
    assert "7d" in (caught.value.cure or "")


@pytest.mark.parametrize("text", ["", "?", "sort=duration&limit=3", "q="])
def test_a_filter_that_narrows_nothing_never_means_all(text: str) -> None:
    with pytest.raises(UsageError, match="all runs would fit"):
        narrowing(text, "say which")


@pytest.mark.parametrize("key", ["created_after", "created_before", "duration_gt", "q"])
def test_a_key_with_one_value_is_given_once(key: str) -> None:
    with pytest.raises(UsageError, match=f"{key}: it is given more than once; keep one"):
        filter_from_query(f"{key}=1&state=failed&{key}=2", NOW)
    assert filter_from_query("state=failed&state=running", NOW).state == ("failed", "running")


def test_how_long_ago_narrows() -> None:
    assert narrowing("created_after=1d", "say which") == "created_after=1d"
