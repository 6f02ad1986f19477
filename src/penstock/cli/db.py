"""`penstock db upgrade|check|prune|adopt`."""

from __future__ import annotations

import click

from penstock.cli import output
from penstock.cli.help import Verb, Verbs

app = Verbs("db", help="The database: bring it up to date, check it, let old runs go, say whose it is.")

PRUNE = """
penstock db prune --dry-run
penstock db prune --keep 90d --runs 1000
penstock db prune --yes --vacuum
"""

takes_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


@app.command("upgrade", cls=Verb, epilog="penstock db upgrade")
@takes_json
def upgrade(as_json: bool) -> None:
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
@takes_json
def check(as_json: bool) -> int:
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
@click.option("--dry-run", is_flag=True, help="Only list what would go, by pipeline.")
@click.option("--keep", metavar="TIME", help="Keep runs that ended within this time: 12h, 90d, 1y.")
@click.option("--runs", type=click.IntRange(min=0), metavar="N", help="Keep the newest N runs of each pipeline.")
@click.option("--bytes", "size", metavar="SIZE", help="Keep the newest runs whose artifacts fit: 50GB.")
@click.option("--files", is_flag=True, help="Also files of this home that no run of this database has made.")
@click.option("--vacuum", is_flag=True, help="Give freed room back to the disk (SQLite).")
@click.option("--yes", "-y", is_flag=True, help="Do not ask before anything is deleted.")
@takes_json
def prune(
    dry_run: bool,
    keep: str | None,
    runs: int | None,
    size: str | None,
    files: bool,
    vacuum: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Delete runs that are kept long enough, with their artifacts and logs, by [retention] of penstock.toml.

    Options give other limits in its place. The latest succeeded run of every pipeline stays, and what is not over.
    """
    from penstock.cli.prune import Wish
    from penstock.cli.prune import prune as let_go

    given = {"keep": keep, "runs": runs, "bytes": size}
    limits = {name: value for name, value in given.items() if value is not None}
    return let_go(Wish(limits, dry_run, files, vacuum, yes), as_json=as_json)


@app.command("adopt", cls=Verb, epilog="penstock db adopt")
@takes_json
def adopt(as_json: bool) -> None:
    """Make the database this project's, which was another one's: `penstock up` works here then, and there no more."""
    from pathlib import Path

    from penstock.authoring.project import project_folder
    from penstock.cli.render.spans import clean
    from penstock.cli.session import at_hand
    from penstock.compose import belonging
    from penstock.store.database import open_database

    home, settings = at_hand()
    mine = belonging.this_project(project_folder(Path.cwd()), settings)
    database = open_database(home.database_url, create=False)
    try:
        before = belonging.adopt(database, mine)
    finally:
        database.close()
    if as_json:
        output.show_json({"project": mine.name, "before": None if before is None else before.name})
    else:
        others = "" if before is None or before == mine else f"; it belonged to '{before.name}' ({before.where})"
        print(clean(f"The database belongs to the project '{mine.name}' now{others}."))
