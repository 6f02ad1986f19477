"""The next line of a level is the one that reading all lines finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.logbook.choice import Choice
from penstock.logbook.lines import LEVELS
from penstock.logbook.steps import Place, next_of
from penstock.logbook.view import View
from tests.logbook.naive import Naive, attempts, logs, shelf

pytestmark = pytest.mark.usefixtures("small_blocks")
some = st.frozensets(st.sampled_from(LEVELS), min_size=1)


@settings(max_examples=200, deadline=None)
@given(
    written=st.lists(logs(), min_size=1, max_size=4),
    shown=some,
    wanted=some,
    line=st.one_of(st.none(), st.integers(0, 80)),
    back=st.booleans(),
)
def test_finds_what_reading_all_finds(
    naive: Naive, written: list[list], shown: frozenset[str], wanted: frozenset[str], line: int | None, back: bool
) -> None:
    for number, log in enumerate(written):
        naive.write(number, log)
    every = [found for found in naive.read(len(written)) if (found["level"] or "none") in shown]
    places = [
        Place(number, found["stands"][0]) for number, found in enumerate(every) if (found["level"] or "none") in wanted
    ]
    if back:
        places.reverse()
    behind = [place for place in places if line is None or (place.number < line if back else place.number > line)]
    with View(shelf(naive.folder), attempts(len(written)), Choice(shown)) as view:
        assert next_of(view, wanted, line, back=back) == (behind or places or [None])[0]
