"""What happens to errors: they are told on standard error, or are the one JSON document on standard output."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import traceback
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import click

from penstock.cli import output
from penstock.cli.render.problem import document, problem
from penstock.errors import PenstockError, UsageError
from penstock.model.nearest import nearest

#: Characters of a name that is too long that are told.
_SHOWN: Final = 60
#: A mistake of ours; EX_SOFTWARE of sysexits.h.
MISTAKE: Final = 70
#: What click says, and how we say it.
_WORDS: Final = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        (r"No such command '(.*)'\.?", "`{verb}` has no verb '{}'"),
        (r"Missing argument '(.*)'\.?", "`{verb}` needs {}"),
        (r"Missing option '(.*)'\.?", "`{verb}` needs {}"),
        (r"Option '(.*)' requires an argument\.?", "the option {} needs a value"),
        (r"Got unexpected extra arguments? \((.*)\)", "`{verb}` takes no '{}'"),
    )
)
_NO_VERB: Final = _WORDS[0][0]
#: What click says of a number beyond the bounds of an option.
_BEYOND: Final = re.compile(r"(-?\d+) is not in the range .*")
#: What people type who come from other programs, and within `runs` and `pipelines`.
_OTHERS: Final = {
    "help": "--help", "version": "--version", "serve": "up", "server": "up", "ui": "up", "start": "run",
    "execute": "run", "test": "run FILE --type test", "status": "runs list", "ps": "runs list", "ls": "runs list",
    "stop": "runs cancel", "webserver": "up", "api-server": "up", "standalone": "up", "scheduler": "up", "worker": "up",
    "agent": "up", "dev": "up", "trigger": "run", "dags": "pipelines", "dag": "pipelines", "flow": "pipelines",
    "flows": "pipelines", "deployment": "pipelines", "deploy": "up", "flow-run": "runs", "job": "runs", "jobs": "runs",
    "task": "runs show", "tasks": "runs show", "history": "runs list", "check": "doctor",
}  # fmt: skip
_SHORT: Final = {"-v": "--version", "-V": "--version", "-?": "--help"}
_NOTHING: Final = "nothing is to be set up: write a pipeline, as `penstock pipelines list` shows where there is none"
_NO_CLOCK: Final = "no verb does: cron, systemd, CI or a request over HTTP starts `penstock run FILE`"
_NO_RANGE: Final = "start the runs of a range one by one: `penstock run FILE -p day=2026-03-01`, and so on"
#: What other programs have a verb for, and what does it here.
_WITHOUT: Final = {
    **dict.fromkeys(("init", "new", "create"), _NOTHING),
    **dict.fromkeys(("schedule", "schedules", "cron"), _NO_CLOCK),
    **dict.fromkeys(("backfill", "backfills"), _NO_RANGE),
}
_OTHERS_WITHIN: Final = {
    "ls": "list", "ps": "list", "get": "show", "inspect": "show", "describe": "show", "status": "show", "log": "logs",
    "tail": "logs", "stop": "cancel", "kill": "cancel", "abort": "cancel", "rm": "delete", "remove": "delete",
    "rerun": "retry", "restart": "retry", "repeat": "replay", "diff": "compare", "tag": "label", "check": "validate",
}  # fmt: skip
#: What helps where something is not there (store.missing).
_TYPED: Final = {
    "run": "`penstock runs list` shows the latest; `latest` names the last",
    "first run": "`penstock run` makes one",
}
REPORT: Final = "https://github.com/penstock/penstock/issues"


def tell(error: PenstockError, *, as_json: bool) -> int:
    """Tell an error of the tree; its exit code."""
    cure_here(error)
    if as_json:
        with contextlib.suppress(OSError):
            output.show_json({"error": document(error)})
    else:
        with contextlib.suppress(OSError):  # nobody hears it; the exit code tells
            output.show(problem(error, output.paint(sys.stderr), output.width(sys.stderr), _here()), sys.stderr)
        output.failure(sys.stderr)
    return error.exit_code


def cure_here(error: PenstockError) -> None:
    """Let the cure name what people type here, where errors of all surfaces say it in other words."""
    missing = error.facts.get("missing")
    if missing:
        error.cure = "give " + " ".join(f"-p {name}=…" for name in missing)
    if "of" in error.facts:
        error.cure = _TYPED[error.facts["of"]]


def _here() -> Path:
    try:
        return Path.cwd()
    except OSError:  # it was removed
        return Path("/")


def of_system(error: OSError) -> UsageError | None:
    """What the system refuses of what was typed, or of where; None for all else."""
    try:
        os.getcwd()
    except OSError:
        return UsageError("the current folder is gone", cure="go to one that is there: `cd`")
    if error.errno == errno.ENAMETOOLONG:
        shown = str(error.filename)[:_SHOWN]
        return UsageError(f"'{shown}…' is too long for a name of a file", cure="give a shorter one")
    if isinstance(error, PermissionError) and error.filename is not None:
        return _forbidden(os.fsdecode(error.filename))
    return None


def _forbidden(file: str) -> UsageError:
    here = os.getcwd()
    if not os.access(here, os.R_OK | os.X_OK):
        return UsageError(f"the current folder, {here}, is not for you to read", cure="go to one that is: `cd`")
    return UsageError(f"{file} is not for you to read or to write", cure="see who owns it, by `ls -ld`")


def tell_mistake(error: BaseException, *, as_json: bool) -> int:
    """Tell of a mistake of ours, in two lines; the traceback on wish."""
    message = f"this should not have happened: {type(error).__name__}: {error}"
    cure = f"PENSTOCK_DEBUG=1 shows where; report it at {REPORT}"
    told = PenstockError(message, cure=cure)
    if os.environ.get("PENSTOCK_DEBUG"):
        traceback.print_exception(error)
    tell(told, as_json=as_json)
    return MISTAKE


def wrong_use(error: click.UsageError, verb: str) -> UsageError:
    """What click raises for verbs and options that do not exist or do not fit, in our words. `verb`: as typed."""
    context = error.ctx
    verb = context.command_path if context is not None else verb
    more = f"`{verb} --help` shows how"
    if isinstance(error, click.NoSuchOption) and context is not None:
        wrong = error.option_name
        known = [name for parameter in context.command.get_params(context) for name in parameter.opts]
        close = _SHORT[wrong] if _SHORT.get(wrong) in known else nearest(wrong, known)
        cure = _behind(wrong, context) or (f"did you mean '{close}'?" if close else more)
        return UsageError(f"`{verb}` has no option '{wrong}'", cure=cure)
    # What click itself takes to be meant depends on its version: we look ourselves.
    message = error.format_message() if isinstance(error, click.BadParameter) else error.message
    told = _number(error) or _in_our_words(message, verb)
    return UsageError(told, cure=_elsewhere(message, context) or more)


def _number(error: click.UsageError) -> str | None:
    """What a number has to be that is none, or is too small or too large; None for all else."""
    if not isinstance(error, click.BadParameter) or error.param is None:
        return None
    option, kind = error.param.opts[0], error.param.type
    if not isinstance(kind, click.IntRange):
        return None
    beyond = _BEYOND.fullmatch(error.message)
    if beyond is None:
        return f"{option} takes a whole number"
    low = kind.min is not None and int(beyond[1]) < kind.min
    return f"{option} is at least {kind.min}" if low else f"{option} is at most {kind.max}"


def _behind(option: str, context: click.Context) -> str | None:
    """The cure for an option of verbs that stands before the verb."""
    verbs = _within(context.command)
    while verbs:
        verb = verbs.pop()
        verbs += _within(verb)
        if any(option in parameter.opts for parameter in verb.get_params(context)):
            return f"write it behind the verb: `{context.command_path} VERB {option}`"
    return None


def _within(verb: click.Command) -> list[click.Command]:
    return [*verb.commands.values()] if isinstance(verb, click.Group) else []


def _elsewhere(message: str, context: click.Context | None) -> str | None:
    """The cure for a verb that is not there: one of other programs, of a group here or nearly the same, or a file."""
    missing = _NO_VERB.fullmatch(message)
    if missing is None or context is None or not isinstance(context.command, click.Group):
        return None
    word, commands = missing[1], context.command.commands
    if context.parent is None and word in _WITHOUT:
        return _WITHOUT[word]
    if context.parent is not None:
        meant = [_OTHERS_WITHIN[word]] if _OTHERS_WITHIN.get(word) in commands else []
    else:
        meant = [_OTHERS[word]] if word in _OTHERS else []
        meant += [f"run {word}"] if word.partition(":")[0].endswith(".py") else []
        meant += [f"{name} {word}" for name in commands if word in getattr(commands[name], "commands", {})]
    told = " or ".join(f"`{context.command_path} {each}`" for each in meant)
    told = told or ", ".join(f"'{each}'" for each in get_close_matches(word, commands))
    return f"did you mean {told}?" if told else None


def _in_our_words(message: str, verb: str) -> str:
    for pattern, told in _WORDS:
        found = pattern.fullmatch(message)
        if found is not None:
            return told.format(*found.groups(), verb=verb)
    return (message[:1].lower() + message[1:]).rstrip(".")
