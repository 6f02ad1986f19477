"""A view gives the same lines as reading everything, sorting it and cutting a part out."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.logbook.choice import Choice
from penstock.logbook.lines import LEVELS
from penstock.logbook.view import View
from tests.logbook.naive import Naive, attempts, logs, shelf, shown

pytestmark = pytest.mark.usefixtures("small_blocks")
EXAMPLES = settings(max_examples=100, deadline=None)

starts = st.sampled_from([1_700_000_000.0, 1_700_000_000.0, 1_700_000_003.0, 50.0, 99_999_999_999.0])
chosen = st.frozensets(st.sampled_from(LEVELS), min_size=1)
edges = st.sampled_from([-math.inf, 1_700_000_000.0, 1_700_000_000.5, 1_700_000_003.0, 1_700_000_004.5, math.inf])


#: Times of nine digits and a sign are as long as those of ten digits.
BEFORE_1970 = [(50.0, [(-1e9, None, "a"), (0.5, None, "b")]), (50.0, [(-1e9, None, "x"), (3.0, None, "y")])]


@EXAMPLES
@example(written=BEFORE_1970, first=1, limit=1)
@given(written=st.lists(st.tuples(starts, logs()), max_size=5), first=st.integers(-3, 60), limit=st.integers(1, 40))
def test_windows_are_cuts_of_the_whole(naive: Naive, written: list[tuple[float, list]], first: int, limit: int) -> None:
    for number, (start, log) in enumerate(written):
        naive.write(number, log, start)
    whole = [shown(line) for line in naive.read(len(written))]
    with View(shelf(naive.folder), attempts(len(written))) as view:
        assert view.total == len(whole)
        assert view.window(first, limit) == whole[max(0, first) : max(0, first + limit)]
        assert view.damaged == []


@EXAMPLES
@given(written=st.lists(logs(), min_size=1, max_size=4), levels=chosen, after=edges, before=edges)
def test_choices_leave_what_fits(
    naive: Naive, written: list[list], levels: frozenset[str], after: float, before: float
) -> None:
    for number, log in enumerate(written):
        naive.write(number, log)
    whole = [
        shown(line)
        for line in naive.read(len(written))
        if (line["level"] or "none") in levels and after <= line["stands"][0] < before
    ]
    with View(shelf(naive.folder), attempts(len(written)), Choice(levels, after, before)) as view:
        assert view.window(0, len(whole) + 5) == whole
        assert [line for at in range(0, len(whole), 7) for line in view.window(at, 7)] == whole
        by_level, by_task = view.counts()
        assert by_level == dict.fromkeys(LEVELS, 0) | Counter(line["level"] or "none" for line in whole)
        assert by_task == Counter(line["task"] for line in whole)


@EXAMPLES
@given(log=logs(1, 40), parts=st.integers(1, 5))
def test_what_grows_is_read_on_as_if_it_were_read_anew(naive: Naive, log: list, parts: int) -> None:
    path = naive.folder / "0.jsonl"
    naive.write(0, log)
    data = path.read_bytes()
    growing = shelf(naive.folder)
    for part in range(1, parts + 1):
        # Cut anywhere: the writer may be within a line.
        path.write_bytes(data[: len(data) * part // parts])
        View(growing, attempts(1, writes=True)).__exit__()
    assert growing.index("0.jsonl") == shelf(naive.folder).index("0.jsonl")


def test_only_what_is_new_is_read(naive: Naive, monkeypatch: pytest.MonkeyPatch) -> None:
    naive.write(0, [(0.1, "info", "x" * 100)] * 50)
    growing = shelf(naive.folder)
    before = growing.index("0.jsonl")
    assert before is not None
    with open(naive.folder / "0.jsonl", "ab") as file:
        file.write((naive.folder / "0.jsonl").read_bytes().splitlines(keepends=True)[-1])
    read = []
    pread = __import__("os").pread
    monkeypatch.setattr("os.pread", lambda fd, size, at: read.append(at) or pread(fd, size, at))
    after = growing.index("0.jsonl")
    assert after is not None
    assert sum(block.lines for block in after.blocks) == 51
    assert min(read) >= before.blocks[-1].start


def test_a_log_that_was_made_anew_is_read_anew(naive: Naive) -> None:
    naive.write(0, [(0, None, "old")] * 9)
    kept = shelf(naive.folder)
    kept.index("0.jsonl")
    (naive.folder / "0.jsonl").unlink()
    naive.write(0, [(0, None, "new")] * 3)
    with View(kept, attempts(1)) as view:
        assert [line["message"] for line in view.window(0, 10)] == ["new"] * 3


def test_is_complete_when_nobody_writes(naive: Naive) -> None:
    assert View(shelf(naive.folder), attempts(2)).complete
    assert not View(shelf(naive.folder), [*attempts(1), *attempts(1, writes=True)]).complete


def test_a_log_that_shrinks_while_it_is_read_is_named(naive: Naive) -> None:
    naive.write(0, [(0, None, "line")] * 40)
    with View(shelf(naive.folder), attempts(1)) as view:
        (naive.folder / "0.jsonl").write_bytes(b"")
        assert view.window(30, 10) == []
        assert view.damaged == ["0.jsonl"]
