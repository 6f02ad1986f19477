"""`penstock db upgrade|check`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from penstock.cli import terminal

app = typer.Typer(help="Look after the database: upgrade, check.", no_args_is_help=True, rich_markup_mode=None)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("check", epilog="Example: penstock db check")
def check(as_json: Json = False) -> int:
    """Check that the database is sound. Exit code 1 when it is not."""
    from penstock.cli.session import reading
    from penstock.store.check import check as look

    with reading() as (_, database):
        problems = look(database)
    if as_json:
        print(json.dumps({"sound": not problems, "problems": [problem._asdict() for problem in problems]}, indent=2))
    elif not problems:
        print(f"{terminal.paint().glyph('succeeded')} the database is sound")
    else:
        for problem in problems:
            where = f"run {problem.run}: " if problem.run else ""
            print(f"{terminal.paint().glyph('failed')} {where}{problem.message}\n  hint: {problem.cure}")
    return 1 if problems else 0


@app.command("upgrade", epilog="Example: penstock db upgrade")
def upgrade(as_json: Json = False) -> None:
    """Bring the database to this version of Penstock. Make a copy of it first."""
    from penstock.cli.session import at_hand
    from penstock.store.migrate import upgrade as bring

    home, _ = at_hand()
    before, after = bring(home.database_url)
    if as_json:
        print(json.dumps({"before": before, "after": after}))
    else:
        print(f"the database is at edition {after}" + ("" if before == after else f", it was at {before}"))
