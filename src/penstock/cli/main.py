"""`penstock`: the verbs, and what happens to their errors."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Final

import typer

from penstock import __version__
from penstock.cli import db, doctor, output, pipelines, run, steering, up
from penstock.cli.help import Verb, Verbs
from penstock.cli.problems import of_system, tell, tell_mistake, wrong_use
from penstock.errors import PenstockError

EXAMPLES = """
penstock run flights.py       run a pipeline of this file
penstock up                   see pipelines and runs in the browser
penstock runs show            see how the latest run went
penstock runs logs            read what its tasks printed
"""


class Root(Verbs):
    """All verbs, in the order in which people meet them."""

    first = ("run", "up", "link", "runs", "pipelines", "db", "doctor")

    def make_context(self, *given: Any, **more: Any) -> Any:
        with output.guarded():  # the pages of --help
            return super().make_context(*given, **more)

    def invoke(self, ctx: Any) -> Any:
        with output.guarded():
            return super().invoke(ctx)


app = typer.Typer(
    name="penstock",
    cls=Root,
    epilog=EXAMPLES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

#: What typer raises for verbs and options that do not exist: it brings a click of its own, and shows little of it.
WrongUse: Final[Any] = typer.BadParameter.__mro__[2]


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
    """Run data pipelines, and keep a record of everything."""


app.command("run", cls=Verb, epilog=run.EXAMPLES)(run.run)
app.command("up", cls=Verb, epilog=up.UP, short_help="Show and run pipelines in the browser.")(up.up)
app.command("link", cls=Verb, epilog=up.LINK, short_help="Print a link that signs in to the page.")(up.link)
app.add_typer(steering.app, name="runs")
app.add_typer(pipelines.app, name="pipelines")
app.add_typer(db.app, name="db")
app.command("doctor", cls=Verb, epilog="penstock doctor", short_help="Check what running needs.")(doctor.doctor)


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    output.prepare()
    code = _call(sys.argv[1:])
    why = output.failure()
    sys.exit(code if why is None else _tell_lost(output.lost(why)) or code)


def _call(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        # The program is `penstock` also where it was started as a module.
        result = typer.main.get_command(app).main(arguments, "penstock", standalone_mode=False)
    except WrongUse as error:
        return _tell_wrong_use(error, arguments, as_json=as_json)
    except output.OutputLost as error:
        return _tell_lost(error)
    except PenstockError as error:
        return tell(error, as_json=as_json)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:
        told = of_system(error) if isinstance(error, OSError) else None
        return tell_mistake(error, as_json=as_json) if told is None else tell(told, as_json=as_json)
    return result if isinstance(result, int) else 0


def _tell_lost(error: output.OutputLost) -> int:
    return 0 if error.facts["gone"] else tell(error, as_json=False)


def _tell_wrong_use(error: Any, arguments: list[str], *, as_json: bool) -> int:
    if not arguments or arguments in ([name] for name in ("runs", "pipelines", "db")):
        error.show()  # the help page
        return 2
    return tell(wrong_use(error, _verb(arguments)), as_json=as_json)


def _verb(arguments: list[str]) -> str:
    """The verb that these words begin with, as people type it."""
    words = ["penstock"]
    command: Any = typer.main.get_command(app)
    for word in arguments:
        command = getattr(command, "commands", {}).get(word)
        if command is None:
            break
        words.append(word)
    return " ".join(words)
