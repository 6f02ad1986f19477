"""What checks found, in lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from penstock.cli.render.spans import Line, Span, clean, wrap
from penstock.cli.render.states import LOOKS, Paint

if TYPE_CHECKING:
    from penstock.compose.doctor import Finding

_STATES: Final = {"ok": "succeeded", "warn": "warning", "fail": "failed"}


def findings(found: Sequence[Finding], paint: Paint, width: int) -> list[Line]:
    """What the doctor found."""
    widest = max(len(finding.what) for finding in found)
    lines: list[Line] = []
    for finding in found:
        message = clean(finding.message)
        head = [_shape(_STATES[finding.state], paint), Span(f" {finding.what:<{widest}}  {message}")]
        lines += wrap(head, width, widest + 4) + _cure(finding.cure, width)
    return lines


def checked(problems: Sequence[tuple[str, str | None, str]], paint: Paint, width: int) -> list[Line]:
    """What the check of a database found: message, run, cure."""
    if not problems:
        return [[_shape("succeeded", paint), Span(" The database is sound.")]]
    lines: list[Line] = []
    for message, run, cure in problems:
        where = f" run {run}:" if run else ""
        lines += wrap([_shape("failed", paint), Span(where, "bold"), Span(f" {clean(message)}")], width)
        lines += _cure(cure, width)
    return lines


def _shape(state: str, paint: Paint) -> Span:
    return Span(paint.glyph(state), LOOKS[state].colour)


def _cure(cure: str | None, width: int) -> list[Line]:
    return wrap([Span("  hint:", "cyan"), Span(f" {clean(cure)}")], width, 4) if cure else []
