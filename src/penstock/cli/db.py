"""`penstock db upgrade|check`."""

from __future__ import annotations

from typing import Annotated

import typer

from penstock.cli import output
from penstock.cli.help import Verb, Verbs

app = typer.Typer(help="The database: bring it up to date, check it.", cls=Verbs, no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("upgrade", cls=Verb, epilog="penstock db upgrade")
def upgrade(as_json: Json = False) -> None:
    """Bring the database to the edition of this Penstock. Make a copy of it first."""
    from penstock.cli.session import at_hand
    from penstock.store.migrate import upgrade as bring

    home, _ = at_hand()
    before, after = bring(home.database_url)
    if as_json:
        output.show_json({"before": before, "after": after})
    elif before == after:
        print(f"The database is up to date, at edition {after}.")
    else:
        print(f"The database was at edition {before}, and is at {after} now.")


@app.command("check", cls=Verb, epilog="penstock db check")
def check(as_json: Json = False) -> int:
    """Check that the database is sound: its file, and the laws that its rows keep.

    Exit code: 0 when it is, 1 when it is not.
    """
    from penstock.cli.render.findings import checked
    from penstock.cli.session import reading
    from penstock.store.check import check as look

    with reading() as (_, database):
        problems = look(database)
    if as_json:
        output.show_json({"sound": not problems, "problems": [problem._asdict() for problem in problems]})
    else:
        told = [(problem.message, problem.run, problem.cure) for problem in problems]
        output.show(checked(told, output.paint(), output.width()))
    return 1 if problems else 0
