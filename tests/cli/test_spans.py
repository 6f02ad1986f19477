"""Lines in columns: cleaned, cut, wrapped, filled up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.render.spans import Span, clean, columns_of, cut, fit, line_of, pad, plain, shown, width_of, wrap

TEXT = st.text(max_size=60)
LINE = st.lists(st.builds(Span, TEXT.map(clean), st.sampled_from(["", "red", "bold cyan"])), max_size=6)


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("é", 1), ("👩\u200d💻", 4), ("", 0)]
)
def test_wide_characters_take_two_columns_and_marks_none(text: str, columns: int) -> None:
    assert columns_of(text) == columns


@given(TEXT)
def test_clean_text_is_one_line_that_moves_nothing(text: str) -> None:
    found = clean(text)
    assert not any(ord(each) < 32 or 127 <= ord(each) < 160 for each in found)
    assert found == found.strip()
    assert "  " not in found
    assert clean(found) == found


def test_escapes_and_turns_of_direction_are_shown_as_what_they_are() -> None:
    assert clean("a\x1b[2Jb\u202ec\nd\te") == "a\ufffd[2Jb\ufffdc d e"
    assert shown("\tx = '\x1b'  # \ud800\n") == "    x = '\ufffd'  # \ufffd"


@given(TEXT, st.integers(0, 80), st.sampled_from(["…", "..."]))
def test_cut_text_fits_and_says_that_it_was_cut(text: str, width: int, mark: str) -> None:
    text = clean(text)
    found = cut(text, width, mark)
    assert columns_of(found) <= width
    if columns_of(text) <= width:
        assert found == text
    elif width >= len(mark):
        assert found.endswith(mark)
        assert text.startswith(found.removesuffix(mark))


@given(LINE, st.integers(1, 80))
def test_a_line_that_is_fitted_keeps_its_begin(line: list[Span], width: int) -> None:
    found = fit(line, width)
    assert width_of(found) <= width
    whole = plain([line])
    if width_of(line) <= width:
        assert found == line
    else:
        assert whole.startswith(plain([found]).removesuffix("…").rstrip())


def test_styles_stay_with_their_text() -> None:
    line = [Span("one ", "red"), Span("two ", "bold"), Span("three")]
    assert fit(line, 7) == [Span("one ", "red"), Span("tw…", "bold")]
    wrapped = wrap(line, 8)
    assert plain(wrapped) == "one two\n  three"
    assert {span for part in wrapped for span in part if span.text.strip()} == {
        Span("one", "red"), Span("two", "bold"), Span("three"),
    }  # fmt: skip


@given(st.lists(st.from_regex(r"[a-z日]{1,12}", fullmatch=True), min_size=1, max_size=20), st.integers(16, 60))
def test_wrapped_lines_fit_and_lose_no_word(words: list[str], width: int) -> None:
    lines = wrap([Span("  "), *(Span(f" {word}", "red") for word in words)], width)
    assert all(width_of(line) <= width for line in lines if len(plain([line]).split()) > 1)
    assert plain(lines).split() == words


def test_a_word_that_is_wider_than_the_line_stays_whole() -> None:
    path = "/a/very/long/path/that/people/copy"
    assert plain(wrap(line_of("see ", Span(path, "cyan"), " there"), 20)) == f"see\n  {path}\n  there"


@given(LINE, st.integers(0, 90), st.booleans())
def test_padding_fills_up_and_cuts_nothing(line: list[Span], width: int, right: bool) -> None:
    found = pad(line, width, right=right)
    assert width_of(found) == max(width, width_of(line))
    assert plain([line]).strip() in plain([found])
