"""`penstock db upgrade|check|prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from penstock.cli import output
from penstock.cli.help import Verb, Verbs

app = typer.Typer(help="The database: bring it up to date, check it, let old runs go.", cls=Verbs, no_args_is_help=True)

PRUNE = """
penstock db prune --dry-run
penstock db prune --keep 90d --runs 1000
penstock db prune --yes --vacuum
"""

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


@app.command("prune", cls=Verb, epilog=PRUNE)
def prune(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would go, by pipeline.")] = False,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="TIME", help="Keep runs that ended within this time: 12h, 90d, 1y.")
    ] = None,
    runs: Annotated[
        int | None, typer.Option("--runs", metavar="N", min=0, help="Keep the newest N runs of each pipeline.")
    ] = None,
    size: Annotated[
        str | None, typer.Option("--bytes", metavar="SIZE", help="Keep the newest runs whose artifacts fit: 50GB.")
    ] = None,
    files: Annotated[
        bool, typer.Option("--files", help="Also files of this home that no run of this database has made.")
    ] = False,
    vacuum: Annotated[bool, typer.Option("--vacuum", help="Give freed room back to the disk (SQLite).")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before anything is deleted.")] = False,
    as_json: Json = False,
) -> int:
    """Delete runs that are kept long enough, with their artifacts and logs, by [retention] of penstock.toml.

    Options give other limits in its place. The latest succeeded run of every pipeline stays, and what is not over.
    """
    from penstock.cli.prune import Wish
    from penstock.cli.prune import prune as let_go

    given = {"keep": keep, "runs": runs, "bytes": size}
    limits = {name: value for name, value in given.items() if value is not None}
    return let_go(Wish(limits, dry_run, files, vacuum, yes), as_json=as_json)
