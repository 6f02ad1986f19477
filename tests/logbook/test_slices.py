"""Counts over time are those of reading every line; where blocks are not read, none is lost and no slice is far off."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.logbook import slices as room
from penstock.logbook.choice import Choice
from penstock.logbook.lines import LEVELS
from penstock.logbook.slices import slices_of
from penstock.logbook.view import View
from tests.logbook.naive import Naive, attempts, logs, shelf

pytestmark = pytest.mark.usefixtures("small_blocks")
EXAMPLES = settings(max_examples=150, deadline=None)
edges = st.sampled_from([-math.inf, 1_700_000_000.0, 1_700_000_000.5, 1_700_000_003.0, 1_700_000_004.5, math.inf])
many = st.lists(logs(), min_size=1, max_size=4)


def write(naive: Naive, written: list[list]) -> None:
    for number, log in enumerate(written):
        naive.write(number, log)


@EXAMPLES
@given(
    written=many,
    slices=st.sampled_from([1, 2, 7, 50]),
    levels=st.frozensets(st.sampled_from(LEVELS), min_size=1),
    after=edges,
    before=edges,
)
def test_every_line_counts_in_its_slice(
    naive: Naive, written: list[list], slices: int, levels: frozenset[str], after: float, before: float
) -> None:
    write(naive, written)
    chosen = [
        (line["stands"][0], line["level"] or "none")
        for line in naive.read(len(written))
        if (line["level"] or "none") in levels and after <= line["stands"][0] < before
    ]
    with View(shelf(naive.folder), attempts(len(written)), Choice(levels, after, before)) as view:
        found = slices_of(view, slices)
    assert found.exact
    if not chosen:
        assert not any(map(any, found.levels.values()))
        return
    times = [at for at, _ in chosen]
    begin = round((min(times) if after == -math.inf else after) * 1e6)
    end = round(max(times) * 1e6) + 1 if before == math.inf else round(before * 1e6)
    assert (found.after, found.before) == (begin, end)
    bounds = [*[(begin + number * (end - begin) // slices) / 1e6 for number in range(slices)], math.inf]
    for level in LEVELS:
        expected = [sum(low <= at < high for at, name in chosen if name == level) for low, high in pairwise(bounds)]
        assert found.levels[level] == expected


@EXAMPLES
@given(written=many, slices=st.sampled_from([1, 2, 7, 50]), read=st.integers(0, 3))
def test_what_is_not_read_loses_no_line(naive: Naive, written: list[list], slices: int, read: int) -> None:
    write(naive, written)
    with pytest.MonkeyPatch.context() as patch, View(shelf(naive.folder), attempts(len(written))) as view:
        patch.setattr(room, "READ", read)
        found = slices_of(view, slices)
        total = Counter(line["level"] or "none" for line in naive.read(len(written)))
    assert {level: sum(counts) for level, counts in found.levels.items()} == dict.fromkeys(LEVELS, 0) | total
    assert all(count >= 0 for counts in found.levels.values() for count in counts)


def test_what_is_not_read_is_spread_over_its_time(naive: Naive, monkeypatch: pytest.MonkeyPatch) -> None:
    naive.write(0, [(0.0, None, ""), *[(1.0, None, "x")] * 99])
    monkeypatch.setattr(room, "READ", 0)
    with View(shelf(naive.folder), attempts(1)) as view:
        found = slices_of(view, 7)
    assert not found.exact
    assert all(13 <= count <= 16 for count in found.levels["none"])
