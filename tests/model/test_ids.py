"""Keys and ids of runs: the same order as time, and one from the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.ids import CHANCE_BITS, RUN_ID, Keys, created_at, key_of, run_id, run_key

keys = st.integers(0, 2**63 - 1)
# Whole milliseconds until 2109, half of one added so that rounding of floats does not decide.
moments = st.integers(0, 2**42 - 1).map(lambda milliseconds: (milliseconds + 0.5) / 1000)
chances = st.integers(0, 2**64)


@given(keys)
def test_an_id_is_thirteen_characters_and_leads_back(key: int) -> None:
    identity = run_id(key)
    assert RUN_ID.fullmatch(identity)
    assert key_of(identity) == key


@given(keys, keys)
def test_ids_sort_as_keys_do(one: int, other: int) -> None:
    assert (run_id(one) < run_id(other)) == (one < other)


@given(moments, chances, moments, chances)
def test_keys_sort_as_time_does(earlier: float, one: int, later: float, other: int) -> None:
    if earlier > later:
        earlier, later = later, earlier
    if int(earlier * 1000) < int(later * 1000):
        assert run_key(earlier, one) < run_key(later, other)


@given(moments, chances)
def test_a_key_fits_and_carries_its_time(at: float, chance: int) -> None:
    key = run_key(at, chance)
    assert 0 <= key < 2**63
    assert 0 <= at - created_at(key) < 0.001


@given(moments, st.integers(0, (1 << CHANCE_BITS) - 1), st.integers(0, (1 << CHANCE_BITS) - 1))
def test_chance_tells_runs_of_a_millisecond_apart(at: float, one: int, other: int) -> None:
    assert (run_key(at, one) == run_key(at, other)) == (one == other)


@given(st.lists(moments, min_size=1, max_size=3), st.integers(1, 3000))
def test_keys_of_one_moment_rise_as_they_are_given_out(at: list[float], many: int) -> None:
    keys = Keys()
    for moment in at:
        given_out = [keys.new(moment) for _ in range(many)]
        assert given_out == sorted(set(given_out))
        assert all(0 <= created_at(key) - moment + 0.001 < 3 for key in given_out)


def test_threads_get_different_keys() -> None:
    keys = Keys()
    with ThreadPoolExecutor(4) as pool:
        given_out = list(pool.map(keys.new, [1.0] * 4000))
    assert len(set(given_out)) == 4000


@pytest.mark.parametrize("wrong", ["", "0" * 12, "0" * 14, "8" + "0" * 12, "0" * 12 + "U", "i" * 13, "0" * 13 + "\n"])
def test_other_texts_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no run id"):
        key_of(wrong)
