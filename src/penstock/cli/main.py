"""`penstock`: the verbs, and what happens to their errors."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from penstock import __version__
from penstock.cli import db, doctor, pipelines, run, runs
from penstock.cli.problems import tell, tell_mistake
from penstock.errors import PenstockError, UsageError

app = typer.Typer(
    name="penstock",
    help="Run data pipelines, keep a record of everything.",
    epilog="First steps: penstock run FILE.py, then penstock runs show.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


#: What typer raises for options and verbs that do not exist: it keeps a copy of click of its own, and names little.
WrongUse: Any = typer.BadParameter.__mro__[2]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"penstock {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Run data pipelines, keep a record of everything."""


app.command("run", epilog="Example: penstock run flights.py -p last_month=3 --label owner=me")(run.run)
app.add_typer(runs.app, name="runs")
app.add_typer(pipelines.app, name="pipelines")
app.add_typer(db.app, name="db")
app.command("doctor", epilog="Example: penstock doctor")(doctor.doctor)


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    arguments = sys.argv[1:]
    try:
        code = _call(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`): that is no error, and nothing can be told any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 0
    sys.exit(code)


def _tell_wrong_use(error: Any, *, as_json: bool) -> int:
    if as_json:
        return tell(UsageError(error.format_message()), as_json=True)
    error.show()
    return 2


def _call(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        result = typer.main.get_command(app).main(arguments, "penstock", standalone_mode=False)
    except WrongUse as error:
        return _tell_wrong_use(error, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except PenstockError as error:
        return tell(error, as_json=as_json)
    except BrokenPipeError:
        raise
    except SystemExit as end:
        raise BrokenPipeError from end  # so typer says that nobody reads our output
    except Exception as error:
        return tell_mistake(error)
    return result if isinstance(result, int) else 0
