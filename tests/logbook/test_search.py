"""Search finds the same lines as reading every message, taking its colours out, and looking."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.logbook import needle
from penstock.logbook.choice import Choice
from penstock.logbook.lines import LEVELS
from penstock.logbook.search import find
from penstock.logbook.view import View
from tests.logbook.naive import Naive, attempts, holds, logs, shelf, texts

pytestmark = pytest.mark.usefixtures("small_blocks")
EXAMPLES = settings(max_examples=150, deadline=None)


@EXAMPLES
@given(written=st.lists(logs(), min_size=1, max_size=4), text=texts(1, 3))
@example(written=[[(0.0, None, "line\nbreak")]], text="n")
@example(written=[[(0.0, None, "5 \u212a")]], text="k")
@example(written=[[(0.0, None, "\\u001b[31mred")]], text="\\u001b[31m")
@example(written=[[(0.0, None, "re\x1b[1md")]], text="red")
@example(written=[[(0.0, "info", "x")]], text='"}')
@example(written=[[(0.0, "info", "x")]], text="info")
def test_finds_what_reading_all_finds(naive: Naive, written: list[list], text: str) -> None:
    for number, log in enumerate(written):
        naive.write(number, log)
    expected = [place for place, line in enumerate(naive.read(len(written))) if holds(line, text)]
    with View(shelf(naive.folder), attempts(len(written))) as view:
        assert find(view, text) == (len(expected), expected)


@EXAMPLES
@given(
    written=st.lists(logs(), min_size=1, max_size=4),
    levels=st.frozensets(st.sampled_from(LEVELS), min_size=1),
    after=st.sampled_from([1_700_000_000.0, 1_700_000_000.5, 1_700_000_003.0]),
)
def test_places_count_only_chosen_lines(
    naive: Naive, written: list[list], levels: frozenset[str], after: float
) -> None:
    for number, log in enumerate(written):
        naive.write(number, log)
    chosen = [
        line for line in naive.read(len(written)) if (line["level"] or "none") in levels and line["stands"][0] >= after
    ]
    expected = [place for place, line in enumerate(chosen) if holds(line, "a")]
    with View(shelf(naive.folder), attempts(len(written)), Choice(levels, after)) as view:
        assert find(view, "a") == (len(expected), expected)


@EXAMPLES
@given(written=st.lists(logs(), min_size=1, max_size=4), most=st.integers(1, 8))
@example(
    written=[
        [(0.0, None, ""), (1e10, None, "a"), *[(0.0, None, "a")] * 3],
        [*[(0.0, None, "")] * 5, (-2.0, None, ""), (1e10, None, ""), (1e10, None, "a")],
    ],
    most=4,
)
def test_of_many_places_the_first_are_told(naive: Naive, written: list[list], most: int) -> None:
    for number, log in enumerate(written):
        naive.write(number, log)
    expected = [place for place, line in enumerate(naive.read(len(written))) if holds(line, "a")]
    with View(shelf(naive.folder), attempts(len(written))) as view:
        assert find(view, "a", most) == (len(expected), expected[:most])


_BITS = (b"\\u001b", b"[", b"0m", b"31;1m", b"\\", b"\\\\", b"x", b"u001b", b"\n", b"]", b"\\u00", b"1b[m")


@EXAMPLES
@given(st.lists(st.sampled_from(_BITS), max_size=14).map(b"".join))
def test_colours_that_are_taken_out_at_once_are_those_of_the_pattern(low: bytes) -> None:
    assert needle._uncoloured(low) == needle._COLOUR.sub(rb"\1", low)
