from __future__ import annotations

from collections import UserList
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.fanout import LABEL, MOST, NotItems, ended_as, item_at, items_of, label_of, plain_label, short

ROWS = [{"name": "a", "n": 1}, {"name": "b", "n": 2}]
COLUMNS = {"name": ["a", "b"], "n": [1, 2]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], []),
        ([1, "x", None], [(None, 1), (None, "x"), (None, None)]),
        ((1, 2), [(None, 1), (None, 2)]),
        (range(2), [(None, 0), (None, 1)]),
        (UserList([1]), [(None, 1)]),
        ({"a": 1, 2: "b"}, [("a", 1), ("2", "b")]),
        (pandas.DataFrame(COLUMNS), [(None, row) for row in ROWS]),
        (pandas.DataFrame(COLUMNS, index=[5, 6]), [(None, row) for row in ROWS]),
        (polars.DataFrame(COLUMNS), [(None, row) for row in ROWS]),
        (pyarrow.table(COLUMNS), [(None, row) for row in ROWS]),
        (numpy.array([1, 2]), [(None, 1), (None, 2)]),
        (pandas.Series([1, 2], index=[7, 8]), [(None, 1), (None, 2)]),
        (polars.Series([1, 2]), [(None, 1), (None, 2)]),
        (pyarrow.array([1, 2]), [(None, 1), (None, 2)]),
        (pandas.Index(["a"]), [(None, "a")]),
    ],
)
def test_items_and_each_alone(value: Any, expected: list[Any]) -> None:
    assert items_of(value) == expected
    assert [item_at(value, at) for at in range(len(expected))] == [item for _, item in expected]
    assert all(type(item) is not numpy.int64 for _, item in items_of(value))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("text", "[value]"),
        (b"bytes", "list"),
        ({1, 2}, "sorted(value)"),
        ((each for each in "ab"), "list(value)"),
        (5, "type int"),
        (None, "type NoneType"),
        (object(), "type object"),
        (range(MOST + 1), "100,001"),
    ],
)
def test_what_is_refused_comes_with_its_cure(value: Any, words: str) -> None:
    with pytest.raises(NotItems) as caught:
        items_of(value)
    assert words in str(caught.value)


def test_most_is_allowed() -> None:
    assert len(items_of(range(MOST))) == MOST


def test_labels_by_template() -> None:
    assert label_of("{origin[name]} in {month:02d}", {"origin": {"name": "JFK"}, "month": 3}) == "JFK in 03"


@pytest.mark.parametrize("template", ["{other}", "{item.name}", "{item[x]}", "{", "{item:d}", "{0}"])
def test_a_template_that_does_not_fit_says_what_it_may_use(template: str) -> None:
    with pytest.raises(NotItems, match=r"\{item\}"):
        label_of(template, {"item": "text"})


@given(st.text(), st.text() | st.integers() | st.lists(st.text()))
def test_labels_are_one_short_line(key: str, item: Any) -> None:
    for label in (plain_label(None, item), plain_label(key, item), short(key)):
        assert len(label) <= LABEL
        assert len(label.splitlines()) <= 1


def test_an_item_without_a_text_is_called_by_its_type() -> None:
    class Silent:
        def __str__(self) -> str:
            raise RuntimeError

    assert plain_label(None, Silent()) == "Silent"


@pytest.mark.parametrize(
    ("items", "whole"),
    [
        ([], ("succeeded", None)),
        ([("succeeded", None), ("skipped", "condition")], ("succeeded", None)),
        ([("skipped", "condition"), ("skipped", "user")], ("skipped", "condition")),
        ([("succeeded", None), ("warning", "timeout"), ("skipped", None)], ("warning", "timeout")),
        ([("warning", None), ("cancelled", "user")], ("cancelled", "user")),
        ([("cancelled", "user"), ("failed", "user_error"), ("failed", "timeout")], ("failed", "user_error")),
    ],
)
def test_a_fan_out_ends_as_the_worst_of_its_items(
    items: list[tuple[str, str | None]], whole: tuple[str, str | None]
) -> None:
    assert ended_as(items) == whole
