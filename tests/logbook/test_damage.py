"""Torn lines, zeros of a lost page, other people's bytes: what is whole is shown, and the file is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.agent.logs import LogFile
from penstock.logbook import index
from penstock.logbook.search import find
from penstock.logbook.view import View
from tests.logbook.naive import Naive, attempts, shelf

BAD = [
    b"\n",
    b"\0" * 700 + b"\n",
    b"not ours\n",
    b'{"at": 17\n',
    b'{"at": 1700000000.000000, "seq": x}\n',
    b"\xff\xfe\n",
]


def messages(folder: Path, *, writes: bool = False) -> tuple[list[str], list[str]]:
    with View(shelf(folder), attempts(1, writes=writes)) as view:
        return [line["message"] for line in view.window(0, 1000)], view.damaged


@settings(max_examples=100, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(BAD)), min_size=1, max_size=6))
def test_what_is_no_line_is_left_out_and_told(naive: Naive, places: list[tuple[int, bytes]]) -> None:
    naive.write(0, [(0.1, None, f"line {number}") for number in range(20)])
    path = naive.folder / "0.jsonl"
    texts = path.read_bytes().splitlines(keepends=True)
    for place, bad in sorted(places, reverse=True):
        texts.insert(place, bad)
    path.write_bytes(b"".join(texts))
    assert messages(naive.folder) == ([f"line {number}" for number in range(20)], ["0.jsonl"])
    with View(shelf(naive.folder), attempts(1)) as view:
        assert find(view, "LINE 1") == (11, [1, *range(10, 20)])


def test_a_line_without_all_that_lines_have_is_shown_as_it_stands(naive: Naive) -> None:
    naive.write(0, [(0, "info", "whole")])
    path = naive.folder / "0.jsonl"
    other = b'{"at": 1700000001.000000, "level": "info", "logger": null, "message": "no number"}\n'
    path.write_bytes(path.read_bytes() + other)
    shown, damaged = messages(naive.folder)
    assert (shown[0], damaged) == ("whole", ["0.jsonl"])
    assert len(shown) == 1 or "no number" in shown[1]


@pytest.mark.usefixtures("small_blocks")
def test_a_line_that_was_torn_and_written_on_shows_what_is_left(naive: Naive) -> None:
    naive.write(0, [(0, "error", "first"), (0, "error", "second")])
    path = naive.folder / "0.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + first[:-12] + second + second)
    shown, damaged = messages(naive.folder)
    assert (shown[0], shown[-1]) == ("first", "second")
    assert damaged == ["0.jsonl"]


def test_half_a_line_at_the_end_is_damage_only_when_nobody_writes_on(naive: Naive) -> None:
    naive.write(0, [(0, None, "whole"), (0, None, "cut here")])
    path = naive.folder / "0.jsonl"
    path.write_bytes(path.read_bytes()[:-8])
    assert messages(naive.folder, writes=True) == (["whole"], [])
    assert messages(naive.folder) == (["whole"], ["0.jsonl"])


def test_bytes_without_an_end_are_passed_over(naive: Naive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "LONGEST", 200_000)
    naive.write(0, [(0, None, "before")])
    path = naive.folder / "0.jsonl"
    line = path.read_bytes()
    path.write_bytes(line + b"\0" * 3_000_000 + b"\n" + line.replace(b"before", b"after"))
    assert messages(naive.folder) == (["before", "after"], ["0.jsonl"])


def test_a_line_longer_than_a_block_is_one_line(naive: Naive) -> None:
    naive.write(0, [(0, None, "a"), (0, None, "x" * 200_000), (0, None, "b")])
    shown, damaged = messages(naive.folder)
    assert [len(text) for text in shown] == [1, 200_000, 1]
    assert damaged == []


def test_reads_what_an_agent_writes(tmp_path: Path) -> None:
    log = LogFile(str(tmp_path / "0.jsonl"))
    log.lines("stdout", ["printed", 'a "quote" \\ and é'])
    log.record(1_700_000_000.5, "warning", 'a "logger"', "two\nlines")
    log.lines("stderr", [""])
    log.close()
    with View(shelf(tmp_path), attempts(1)) as view:
        shown = [(line["stream"], line["level"], line["logger"], line["message"]) for line in view.window(0, 9)]
        assert view.counts()[0] == {"debug": 0, "info": 0, "warning": 1, "error": 0, "critical": 0, "none": 3}
        assert view.damaged == []
    assert shown == [
        ("stdout", None, None, "printed"),
        ("stdout", None, None, 'a "quote" \\ and é'),
        ("log", "warning", 'a "logger"', "two\nlines"),
        ("stderr", None, None, ""),
    ]
