"""What happens to errors: they are told on standard error, or are the one JSON document on standard output."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any, Final

from penstock.cli import output
from penstock.cli.render.problem import document, problem
from penstock.errors import PenstockError, UsageError
from penstock.model.nearest import nearest

#: A mistake of ours; EX_SOFTWARE of sysexits.h.
MISTAKE: Final = 70
REPORT: Final = "https://github.com/penstock/penstock/issues"


def tell(error: PenstockError, *, as_json: bool) -> int:
    """Tell an error of the tree; its exit code."""
    if as_json:
        output.show_json({"error": document(error)})
    else:
        output.show(problem(error, output.paint(sys.stderr), output.width(sys.stderr), Path.cwd()), sys.stderr)
    return error.exit_code


def tell_mistake(error: BaseException, *, as_json: bool) -> int:
    """Tell of a mistake of ours, in two lines; the traceback on wish."""
    message = f"this should not have happened: {type(error).__name__}: {error}"
    cure = f"PENSTOCK_DEBUG=1 shows where; report it at {REPORT}"
    told = PenstockError(message, cure=cure)
    if os.environ.get("PENSTOCK_DEBUG"):
        traceback.print_exception(error)
    tell(told, as_json=as_json)
    return MISTAKE


def wrong_use(error: Any) -> UsageError:
    """What typer raises for verbs and options that do not exist or do not fit, in our words."""
    context = error.ctx
    verb = context.command_path if context is not None else "penstock"
    more = f"`{verb} --help` shows how"
    wrong = getattr(error, "option_name", None)
    if wrong is not None and hasattr(error, "possibilities"):
        known = [name for parameter in context.command.get_params(context) for name in parameter.opts]
        close = nearest(wrong, known)
        return UsageError(f"`{verb}` has no option '{wrong}'", cure=f"did you mean '{close}'?" if close else more)
    message, _, close = str(error.format_message()).partition(". Did you mean ")
    cure = f"did you mean {close}" if close else more
    return UsageError((message[:1].lower() + message[1:]).rstrip("."), cure=cure)
