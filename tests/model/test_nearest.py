"""Cures for wrong names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.model.nearest import did_you_mean, nearest

names = st.text("abcdefgh_", min_size=1, max_size=12)


@given(st.sets(names, min_size=1), st.data())
def test_a_known_name_is_nearest_to_itself_in_any_case(known: set[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(known)))
    assert nearest(name, known) == name
    assert nearest(name.upper(), known) == name


@given(names, st.sets(names))
def test_the_nearest_is_a_known_one(wrong: str, known: set[str]) -> None:
    found = nearest(wrong, known)
    assert found is None or found in known


def test_what_is_told() -> None:
    assert did_you_mean("claen", ["load", "clean"]) == "did you mean 'clean'?"
    assert did_you_mean("xyz", ["clean"]) == "there is 'clean'"
    assert did_you_mean("xyz", ["load", "clean"]) == "there are 'clean', 'load'"
    assert did_you_mean("xyz", []) == "there are none"


def test_a_long_list_is_cut() -> None:
    told = did_you_mean("xyz", [f"task_{at:02}" for at in range(20)])
    assert told.startswith("there are 'task_00', ")
    assert told.endswith("'task_11', …")
