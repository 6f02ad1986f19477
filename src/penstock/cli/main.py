"""`penstock`: the verbs, and what happens to their errors."""

from __future__ import annotations

import atexit
import gc
import sys

import click
from click.exceptions import Exit

from penstock import __version__
from penstock.cli import db, doctor, output, pipelines, run, steering, up
from penstock.cli.help import NoVerb, Verb, Verbs
from penstock.cli.problems import of_system, tell, tell_mistake, wrong_use
from penstock.errors import PenstockError

EXAMPLES = """
penstock run flights.py       run a pipeline of this file
penstock up                   see pipelines and runs in the browser
penstock runs show            see how the latest run went
penstock runs logs            read what its tasks printed
"""


@click.group("penstock", cls=Verbs, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message=f"penstock {__version__}", help="Show the version and end.")
def app() -> None:
    """Run data pipelines, and keep a record of everything."""


# In the order in which people meet them.
app.command("run", cls=Verb, epilog=run.EXAMPLES)(run.run)
app.command("up", cls=Verb, epilog=up.UP, short_help="Show and run pipelines in the browser.")(up.up)
app.command("link", cls=Verb, epilog=up.LINK, short_help="Print a link that signs in to the page.")(up.link)
app.add_command(steering.app)
app.add_command(pipelines.app)
app.add_command(db.app)
app.command("doctor", cls=Verb, epilog="penstock doctor", short_help="Check what running needs.")(doctor.doctor)


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    # Nothing of ours needs its end told: to look for circles in what was loaded is a tenth of a verb and more.
    atexit.register(gc.freeze)
    output.prepare()
    code = _call(sys.argv[1:])
    why = output.failure()
    sys.exit(code if why is None else _tell_lost(output.lost(why)) or code)


def _invoke(arguments: list[str]) -> int:
    """Do what the words say; the exit code. Raises PenstockError, click.UsageError.

    click's own `main` would offer completion to shells, and tells of Ctrl-C with an empty line.
    """
    try:
        # The program is `penstock` also where it was started as a module.
        with output.guarded(), app.make_context("penstock", arguments.copy()) as context:
            result = app.invoke(context)
    except Exit as end:  # of --help and --version
        return end.exit_code
    return result if isinstance(result, int) else 0


def _call(arguments: list[str]) -> int:
    as_json = "--json" in arguments
    try:
        return _invoke(arguments)
    except NoVerb as error:
        click.echo(error.message, err=True, color=True)  # in colours or not, as it was made
        return 2
    except click.UsageError as error:
        return tell(wrong_use(error, _verb(arguments)), as_json=as_json)
    except output.OutputLost as error:
        return _tell_lost(error)
    except PenstockError as error:
        return tell(error, as_json=as_json)
    except (EOFError, KeyboardInterrupt):
        return 130
    except BrokenPipeError:  # of standard error: nobody hears
        return 1
    except Exception as error:
        told = of_system(error) if isinstance(error, OSError) else None
        return tell_mistake(error, as_json=as_json) if told is None else tell(told, as_json=as_json)


def _tell_lost(error: output.OutputLost) -> int:
    return 0 if error.facts["gone"] else tell(error, as_json=False)


def _verb(arguments: list[str]) -> str:
    """The verb that these words begin with, as people type it."""
    words = ["penstock"]
    command: click.Command | None = app
    for word in arguments:
        command = command.commands.get(word) if isinstance(command, click.Group) else None
        if command is None:
            break
        words.append(word)
    return " ".join(words)
