"""A log line as text, and as part of the document."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.render.log import as_document, log_line, safe
from penstock.cli.render.states import Paint

PLAIN = Paint(colour=False, unicode=True)
BRIGHT = Paint(colour=True, unicode=True)


def _line(message: str = "hello", **facts: Any) -> dict[str, Any]:
    known = {
        "at": 2.5, "seq": 0, "task": "load", "map_index": None, "label": None, "attempt": 1, "stream": "stdout",
        "level": None, "logger": None, "message": message,
    }  # fmt: skip
    return known | facts


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "load hello"),
        ({"level": "info"}, "load hello"),
        ({"level": "error"}, "load ERROR hello"),
        ({"map_index": 1, "label": "JFK"}, "load[JFK] hello"),
        ({"map_index": 1}, "load[1] hello"),
        ({"attempt": 2}, "load #2 hello"),
    ],
)
def test_a_line_names_task_item_attempt_and_level(facts: dict[str, Any], text: str) -> None:
    line = log_line(_line(**facts), PLAIN)
    assert re.fullmatch(r"\d\d:\d\d:02\.500 (.*)\n", line)[1] == text  # type: ignore[index]


def test_further_lines_of_a_record_stand_below_it() -> None:
    assert log_line(_line(message="one\r\ntwo\n\nthree\n"), PLAIN).split("\n")[1:] == [
        "    two",
        "    ",
        "    three",
        "",
    ]


@pytest.mark.parametrize(
    ("message", "plain", "bright"),
    [
        ("\x1b[31mred\x1b[0m", "red", "\x1b[31mred\x1b[0m\x1b[0m"),
        ("a\x1b[2Jb\x1b[10;3Hc", "abc", "abc"),
        ("title \x1b]0;mine\x07here", "title here", "title here"),
        ("link \x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\", "link text", "link text"),
        ("open \x1b]0;never closed", "open ", "open "),
        ("bell\x07 back\x08 \x9b2J tab\t.", "bell back 2J tab\t.", "bell back 2J tab\t."),
    ],
)
def test_only_colours_reach_the_terminal(message: str, plain: str, bright: str) -> None:
    assert safe(message, PLAIN) == plain
    assert safe(message, BRIGHT) == bright


@given(st.text())
def test_no_control_reaches_a_terminal_without_colours(message: str) -> None:
    assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f]", safe(message, PLAIN))


def test_the_document_has_times_in_utc_and_no_label() -> None:
    (line,) = as_document([_line(label="JFK", map_index=0)])
    assert line["at"] == "1970-01-01T00:00:02.500000Z"
    assert list(line) == [
        "at", "seq", "task", "map_index", "attempt", "stream", "level", "logger", "message",
    ]  # fmt: skip
