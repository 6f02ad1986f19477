"""An error as text: where, what, the line, the cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from penstock.cli.render.source import excerpt, near
from penstock.cli.render.spans import Line, Span, clean, fit, shown, wrap
from penstock.cli.render.states import Paint
from penstock.errors import DefinitionError, PenstockError

#: Problems of one definition that are told.
_MOST: Final = 20


def document(error: PenstockError) -> dict[str, Any]:
    """An error as JSON data: code, message, cure, file and line (None where not known), and all problems of several."""
    file, line = _place(error)
    told: dict[str, Any] = {
        "code": error.code, "message": error.message, "cure": error.cure, "file": file, "line": line,
    }  # fmt: skip
    if error.facts.get("problems"):
        told["problems"] = error.facts["problems"]
    return told


def problem(error: PenstockError, paint: Paint, width: int, folder: Path) -> list[Line]:
    """An error, or each of its problems, as people read it."""
    told = _each(error)
    lines: list[Line] = []
    for message, cure, file, line in told[:_MOST]:
        lines += _one(message, cure, file, line, paint, width, folder)
    if len(told) > _MOST:
        lines.append([Span(f"and {len(told) - _MOST:,} more errors", "dim")])
    trace = str(error.facts.get("traceback") or "").rstrip()
    return lines + [[Span(shown(text), "dim")] for text in trace.splitlines()]


def _one(
    message: str, cure: str | None, file: str | None, line: int | None, paint: Paint, width: int, folder: Path
) -> list[Line]:
    where = "" if not file else f"{clean(near(file, folder))}:{line}: " if line else f"{clean(near(file, folder))}: "
    lines = wrap([Span(where, "bold"), Span("error:", "bold red"), Span(f" {clean(message)}")], width)
    if file and line:
        lines += [fit(each, width, paint.mark) for each in excerpt(file, line, paint, around=0)]
    if cure:
        lines += wrap([Span("  hint:", "cyan"), Span(f" {clean(cure)}")], width, 4)
    return lines


def _each(error: PenstockError) -> list[tuple[str, str | None, str | None, int | None]]:
    problems = error.facts.get("problems") or []
    if problems and isinstance(problems[0], dict):
        return [(one["message"], one.get("cure"), one.get("file"), one.get("line")) for one in problems]
    if problems:
        *before, last = (str(one) for one in problems)
        return [*((one, None, *_place(error)) for one in before), (last, error.cure, *_place(error))]
    return [(error.message, error.cure, *_place(error))]


def _place(error: PenstockError) -> tuple[str | None, int | None]:
    return (error.file, error.line) if isinstance(error, DefinitionError) else (None, None)
