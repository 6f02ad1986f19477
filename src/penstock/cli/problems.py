"""How errors are told: where, what, the cure; as text on standard error, or as the one JSON document."""

from __future__ import annotations

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from penstock.cli import terminal
from penstock.cli.render.source import excerpt
from penstock.errors import DefinitionError, PenstockError


def tell(error: PenstockError, *, as_json: bool) -> int:
    """Tell an error of the tree; its exit code."""
    if as_json:
        print(json.dumps({"error": document(error)}, ensure_ascii=False, indent=2))
        return error.exit_code
    paint = terminal.paint(sys.stderr)
    for message, cure, file, line in _each(error):
        where = f"{_near(file)}:{line}: " if file and line else f"{_near(file)}: " if file else ""
        print(f"{where}{paint.dye('error:', 'red', 'bold')} {message}", file=sys.stderr)
        if file and line:
            print(excerpt(file, line, paint, around=0), file=sys.stderr, end="")
        if cure:
            print(f"  {paint.dye('hint:', 'cyan')} {cure}", file=sys.stderr)
    trace = error.facts.get("traceback")
    if trace:
        print(paint.dye(trace.rstrip(), "dim"), file=sys.stderr)
    return error.exit_code


def document(error: PenstockError) -> dict[str, Any]:
    """An error as JSON data: code, message, cure, file, line, and all problems where there are several."""
    told: dict[str, Any] = {"code": error.code, "message": error.message, "cure": error.cure}
    if isinstance(error, DefinitionError):
        told |= {"file": error.file, "line": error.line}
    if error.facts.get("problems"):
        told["problems"] = error.facts["problems"]
    return told


def _each(error: PenstockError) -> list[tuple[str, str | None, str | None, int | None]]:
    problems = error.facts.get("problems") or []
    if problems and isinstance(problems[0], dict):
        return [(one["message"], None, one.get("file"), one.get("line")) for one in problems]
    if problems:
        return [(one, None, None, None) for one in problems]
    file, line = (error.file, error.line) if isinstance(error, DefinitionError) else (None, None)
    return [(error.message, error.cure, file, line)]


def _near(file: str | None) -> str:
    if file is None:
        return ""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


def tell_mistake(error: BaseException) -> int:
    """Tell of a mistake of ours, in two lines; the traceback on wish."""
    print(f"penstock: something went wrong that should not: {type(error).__name__}: {error}", file=sys.stderr)
    if os.environ.get("PENSTOCK_DEBUG"):
        traceback.print_exception(error)
    else:
        print(
            "This is a mistake in Penstock. PENSTOCK_DEBUG=1 shows where; please report it with that.", file=sys.stderr
        )
    return 70
