"""`penstock runs list|show|logs`."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer

from penstock.cli import terminal
from penstock.errors import UsageError

app = typer.Typer(help="See runs: list, show, logs.", no_args_is_help=True, rich_markup_mode=None)

Texts = list[str]
Run = Annotated[str, typer.Argument(help="An id, a part of one (4 characters or more), latest, or latest:PIPELINE.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list", epilog="Example: penstock runs list --state failed --since 2d")
def list_(
    pipeline: Annotated[Texts | None, typer.Option("--pipeline", metavar="NAME", help="Only of this pipeline.")] = None,
    state: Annotated[
        Texts | None, typer.Option("--state", metavar="STATE", help="Only in this state (!STATE: not).")
    ] = None,
    label: Annotated[Texts | None, typer.Option("--label", metavar="NAME=VALUE", help="Only with this label.")] = None,
    tag: Annotated[Texts | None, typer.Option("--tag", metavar="TAG", help="Only with this tag.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Only created in this time, as in 2h or 7d.")
    ] = None,
    text: Annotated[
        str | None, typer.Option("--error", metavar="TEXT", help="Only with this text in the error.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at the most.")] = 20,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    from penstock.cli.session import reading
    from penstock.store.filters import RunFilter
    from penstock.store.runs import list_runs

    chosen = RunFilter(
        pipeline=tuple(pipeline or ()), state=tuple(state or ()), label=tuple(label or ()), tag=tuple(tag or ()),
        created_after=_since(since), q=text,
    )  # fmt: skip
    with reading() as (_, database), database.read() as connection:
        page = list_runs(connection, chosen, limit=limit)
    if as_json:
        print(json.dumps({"items": page.items, "next_cursor": page.next_cursor}, ensure_ascii=False, indent=2))
    else:
        print(_listed(page.items, more=page.next_cursor is not None))


def _since(text: str | None) -> float | None:
    from penstock.model.durations import seconds

    if text is None:
        return None
    try:
        return time.time() - seconds(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _listed(items: list[dict[str, Any]], *, more: bool) -> str:
    from penstock.cli.render import amounts
    from penstock.cli.render.table import table

    if not items:
        return "No runs fit. `penstock runs list` without options shows all."
    paint, now = terminal.paint(), time.time()
    rows = []
    for run in items:
        error = run["error"] or {}
        note = f"{error.get('task')}: {error.get('message')}" if error.get("task") else error.get("message") or ""
        tasks = f"{run['tasks_done']}/{run['tasks_total']}"
        rows.append([
            run["id"], amounts.cut(run["pipeline"], 32), paint.state(run["state"], run["reason"]),
            amounts.moment(run["created_at"], now), amounts.duration(run["duration"]), tasks,
            run["trigger"]["kind"], amounts.cut(note, 200),
        ])  # fmt: skip
    heads = ["run", "pipeline", "state", "created", "duration", "tasks", "trigger", "error"]
    text = table(heads, rows, paint, terminal.width(), right=(4, 5))
    return text + ("\nThere are more: raise --limit or narrow the list." if more else "")


@app.command("show", epilog="Example: penstock runs show latest --json")
def show(run: Run = "latest", as_json: Json = False) -> None:
    """Show a run: state, tasks, attempts, outputs, error."""
    from penstock.cli.session import reading
    from penstock.store.documents import run_document
    from penstock.store.runs import find_run

    with reading() as (_, database), database.read() as connection:
        document = run_document(connection, find_run(connection, run))
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    from penstock.cli.ending import cause
    from penstock.cli.render.run import overview

    paint = terminal.paint()
    print(overview(document, paint, terminal.width()))
    for task in document["tasks"]:
        error = task["attempts"][-1]["error"] if task["attempts"] else None
        if task["state"] == "failed" and error:
            print("\n" + cause(task, error, paint), end="")
            if error.get("traceback"):
                print(paint.dye(error["traceback"].rstrip(), "dim"))


@app.command("logs", epilog="Example: penstock runs logs latest --task clean --level warning")
def logs(
    run: Run = "latest",
    task: Annotated[str | None, typer.Option("--task", metavar="TASK", help="Only of this task.")] = None,
    map_index: Annotated[int | None, typer.Option("--map-index", min=0, help="Only of this item of a fan-out.")] = None,
    attempt: Annotated[int | None, typer.Option("--attempt", min=1, help="Only of this attempt.")] = None,
    level: Annotated[
        str | None, typer.Option("--level", help="Only of this level and above (debug … critical).")
    ] = None,
    grep: Annotated[str | None, typer.Option("--grep", metavar="TEXT", help="Only lines with this text.")] = None,
    tail: Annotated[int | None, typer.Option("--tail", min=1, help="Only the last lines.")] = None,
    as_json: Json = False,
) -> None:
    """Show what tasks printed and logged, in order of time."""
    from penstock.cli.log_lines import Wish, choose, print_json, print_text
    from penstock.cli.session import reading
    from penstock.store.logs import logs_of
    from penstock.store.runs import find_run

    with reading() as (home, database), database.read() as connection:
        key = find_run(connection, run)
        known = logs_of(connection, key)
    wish = Wish(task, map_index, attempt, level, grep, tail)
    lines = choose(home.logs, known, wish)
    if as_json:
        print_json(lines)
    else:
        print_text(lines, terminal.paint())
