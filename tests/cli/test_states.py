"""Every state has a look: a shape, a word and a colour."""

from __future__ import annotations

import pytest

from penstock.cli.render.spans import Span, plain
from penstock.cli.render.states import LOOKS, STYLES, Paint, counts, word
from penstock.model import states

PLAIN = Paint(colour=False, unicode=True)
ASCII = Paint(colour=False, unicode=False)
BRIGHT = Paint(colour=True, unicode=True)


def test_every_state_of_the_model_has_a_look() -> None:
    known = {*states.RUN_STATES, *states.TASK_STATES, *states.ATTEMPT_STATES}
    assert known == LOOKS.keys()


@pytest.mark.parametrize("name", LOOKS)
def test_a_state_is_a_shape_and_a_word_and_a_colour(name: str) -> None:
    look = LOOKS[name]
    assert PLAIN.state(name) == Span(f"{look.glyph} {look.word}", look.colour)
    assert ASCII.state(name).text == f"{look.ascii} {look.word}"
    assert ASCII.state(name).text.isascii()
    assert look.colour in STYLES


def test_shapes_of_what_a_task_can_be_differ() -> None:
    for field in ("glyph", "ascii"):
        shapes = [getattr(LOOKS[name], field) for name in states.TASK_STATES]
        assert len(set(shapes)) == len(shapes)


def test_a_reason_stands_beside_the_state_unless_the_state_says_it() -> None:
    assert word("failed", "out_of_memory") == "failed (out of memory)"
    assert word("failed", "user_error") == word("failed") == "failed"
    assert word("upstream_failed", "trigger_rule") == "upstream failed"


def test_colours_are_written_where_there_are_any() -> None:
    lines = [[Span("a", "bold red"), Span("b"), Span("  ")], []]
    assert BRIGHT.text(lines) == "\x1b[1;31ma\x1b[0mb\n\n"
    assert PLAIN.text(lines) == "ab\n\n"


def test_states_are_counted_in_the_order_of_the_table() -> None:
    assert plain([counts(["failed", "succeeded", "failed", "created"])]) == "1 created, 1 succeeded, 2 failed"
    assert counts([]) == []
