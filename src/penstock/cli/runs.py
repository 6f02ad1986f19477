"""`penstock runs list|show|logs|compare`: reading. What acts on runs is in `steering`."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from penstock.cli import output
from penstock.cli.help import INDEX, Argument, Verb, Verbs
from penstock.errors import NothingYet, UsageError

if TYPE_CHECKING:
    from penstock.store.logs import LostLog

app = Verbs(
    "runs",
    help="Runs: list them, show one, read its logs, compare two, cancel, pause, retry, replay, label or delete some.",
)

Texts = tuple[str, ...]
takes_run = click.argument(
    "run",
    cls=Argument,
    default="latest",
    metavar="RUN",
    help="An id, its first or last 4 characters or more, latest, or latest:PIPELINE.",
)
takes_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")

LIST = """
penstock runs list
penstock runs list --state failed --since 2d
penstock runs list --pipeline flights --label owner=me --json
penstock runs list --filter 'state=failed&created_before=30d'
"""
SHOW = """
penstock runs show
penstock runs show latest:flights
penstock runs show 38fw --json
"""
LOGS = """
penstock runs logs
penstock runs logs latest --task clean --level warning
penstock runs logs 38fw --grep timeout --tail 20
"""
COMPARE = """
penstock runs compare 38fw latest
penstock runs compare latest:flights --all
"""
#: Lines of a log that are written at a time.
_BLOCK = 500
#: Files that can't be read whole that are told by name.
_DAMAGED = 3


@app.command("list", cls=Verb, epilog=LIST)
@click.option("--pipeline", multiple=True, metavar="NAME", help="Of this pipeline (!NAME: not).")
@click.option("--state", multiple=True, metavar="STATE", help="In this state (!STATE: not). May be repeated.")
@click.option("--label", multiple=True, metavar="NAME=VALUE", help="With this label (NAME: any value).")
@click.option("--tag", multiple=True, metavar="TAG", help="With this tag.")
@click.option("--type", "type_", multiple=True, metavar="TYPE", help="Of this type (!TYPE: not). May be repeated.")
@click.option("--since", metavar="TIME", help="Created within this time: 90s, 2h, 7d.")
@click.option("--error", metavar="TEXT", help="With this text in the error.")
@click.option(
    "--limit",
    default=20,
    type=click.IntRange(min=1, max=500),
    metavar="N",
    help="At most so many, the newest. Default: 20.",
)
@click.option(
    "--filter", metavar="FILTER", help="What fits, as the verbs that act take it: state=failed&tag=x, or all."
)
@takes_json
def list_(
    pipeline: Texts,
    state: Texts,
    label: Texts,
    tag: Texts,
    type_: Texts,
    since: str | None,
    error: str | None,
    limit: int,
    filter: str | None,
    as_json: bool,
) -> None:
    """List runs, newest first."""
    from penstock.cli.session import HOW_TO_BEGIN, reading
    from penstock.store.filters import RunFilter
    from penstock.store.queries import ALL, filter_from_query
    from penstock.store.runs import Page, list_runs

    chosen = RunFilter(
        pipeline=pipeline, state=state, label=label, tag=tag, type=type_, created_after=_since(since), q=error
    )
    if filter is not None:
        if chosen != RunFilter():
            raise UsageError(
                "--filter stands alone", cure="write all of it into the filter: state=failed&pipeline=shop"
            )
        chosen = RunFilter() if filter == ALL else filter_from_query(filter, time.time())
    page = Page([], None)
    with suppress(NothingYet), reading() as (_, database), database.read() as connection:
        page = list_runs(connection, chosen, limit=limit)
    if as_json:
        output.show_json({"items": page.items, "next_cursor": page.next_cursor})
    elif page.items:
        from penstock.cli.render.runs import listed

        output.show(listed(page.items, output.paint(), output.width(), time.time()))
        if page.next_cursor is not None:
            _note("there are more: raise --limit, or narrow the list")
    elif chosen == RunFilter():
        _note(f"There are no runs yet: {HOW_TO_BEGIN}.")
    else:
        _note("No run fits. Without options, `penstock runs list` lists all.")


def _tell_damage(folder: Path, damaged: list[str], lost: list[LostLog]) -> None:
    _tell_some([f"{folder / path} could not be read whole: {_why_damaged(path)}." for path in damaged])
    names = [one.task if one.map_index is None else f"{one.task}[{one.map_index}]" for one in lost]
    _tell_some([
        f"The log of '{name}', attempt {one.n}, could not be written: {one.error}."
        for name, one in zip(names, lost, strict=True)
    ])  # fmt: skip


def _why_damaged(path: str) -> str:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return "this locale has no letters for its name, a UTF-8 one has"
    return "it was cut or changed, or belongs to somebody else"


def _tell_some(notes: list[str]) -> None:
    for note in notes[:_DAMAGED]:
        _note(note)
    if len(notes) > _DAMAGED:
        _note(f"So it is with {len(notes) - _DAMAGED} more.")


def _note(text: str) -> None:
    """Say something that is no part of the list."""
    print(text, file=sys.stderr)


def _since(text: str | None) -> float | None:
    from penstock.model.durations import seconds

    if text is None:
        return None
    try:
        return time.time() - seconds(text)
    except ValueError as error:
        raise UsageError(f"--since: {error}") from error


@app.command("show", cls=Verb, epilog=SHOW)
@takes_run
@click.option("--all", "whole", is_flag=True, help="Show every item, attempt, metric and error of a large run.")
@takes_json
def show(run: str, whole: bool, as_json: bool) -> None:
    """Show a run: state, tasks, attempts, outputs, metrics, errors, and who did what to it."""
    from pathlib import Path

    from penstock.cli.session import reading
    from penstock.store.documents import run_document
    from penstock.store.events import by_people, list_events
    from penstock.store.outputs import artifacts_of
    from penstock.store.runs import find_run
    from penstock.store.versions import spec_of
    from penstock.store.waits import waits_of

    with reading() as (home, database), database.read() as connection:
        key = find_run(connection, run)
        document = run_document(connection, key)
        people = [] if as_json else by_people(connection, key)
        queued = not as_json and document["state"] == "queued"
        history = list_events(connection, key, task="").items if queued else []
        held = [] if as_json else waits_of(connection, key, time.time())
        tasks = {} if as_json else (spec_of(connection, key) or {}).get("tasks", {})
        made = [] if as_json else artifacts_of(connection, key)
    if as_json:
        output.show_json(document)
    else:
        from penstock.cli.ending import files_of
        from penstock.cli.render.files import files
        from penstock.cli.render.people import done_by
        from penstock.cli.render.questions import held_up, questions, waiting
        from penstock.cli.render.run import overview

        paint, width = output.paint(), output.width()
        lines = overview(document, list(tasks), paint, width, Path.cwd(), whole=whole)
        lines += files(files_of(made, home), Path.cwd())
        lines += [
            *questions(document, tasks, width),
            *waiting(document, history, width),
            *held_up(document["id"], held, width),
        ]
        output.show([*lines, *done_by(people, paint, width)])


@app.command("logs", cls=Verb, epilog=LOGS)
@takes_run
@click.option("--task", metavar="TASK", help="Of this task.")
@click.option("--map-index", type=INDEX, metavar="N", help="Of this item of a fan-out, from 0.")
@click.option("--attempt", type=click.IntRange(min=1), metavar="N", help="Of this attempt, from 1.")
@click.option("--level", metavar="LEVEL", help="Of this level or above: debug, info, warning, error, critical.")
@click.option("--grep", metavar="TEXT", help="With this text, in any case.")
@click.option("--tail", type=click.IntRange(min=1), metavar="N", help="The last lines only.")
@takes_json
def logs(
    run: str,
    task: str | None,
    map_index: int | None,
    attempt: int | None,
    level: str | None,
    grep: str | None,
    tail: int | None,
    as_json: bool,
) -> None:
    """Show what tasks printed and logged, in order of time."""
    from penstock.cli.logs import Wish, choose
    from penstock.cli.session import reading
    from penstock.store.logs import logs_of, lost_logs
    from penstock.store.runs import find_run
    from penstock.store.versions import spec_of

    with reading() as (home, database), database.read() as connection:
        key = find_run(connection, run)
        known, lost = logs_of(connection, key), lost_logs(connection, key)
        tasks = (spec_of(connection, key) or {}).get("tasks", {})
    wish = Wish(task, map_index, attempt, level, grep, tail)
    damaged: list[str] = []
    lines = choose(home.logs, known, tasks, wish, damaged)
    if as_json:
        from penstock.cli.render.log import as_document

        output.show_json_lines("lines", as_document(lines))
        _tell_damage(home.logs, damaged, lost)
        return
    from penstock.cli.render.log import log_line

    paint, nothing = output.paint(), True
    while block := list(islice(lines, _BLOCK)):
        nothing = False
        sys.stdout.write("".join([log_line(line, paint) for line in block]))
    _tell_damage(home.logs, damaged, lost)
    if nothing and not damaged and not lost:
        _note(
            "No task printed anything that is kept here."
            if wish == Wish()
            else "No line fits: ask for less to see more."
        )


@app.command("compare", cls=Verb, epilog=COMPARE)
@click.argument("first", cls=Argument, metavar="RUN", help="An id, a part of it, latest, or latest:PIPELINE.")
@click.argument(
    "second",
    required=False,
    cls=Argument,
    metavar="RUN",
    help="The other. Default: the run of its pipeline before the first.",
)
@click.option("--all", "whole", is_flag=True, help="Also what is the same, and the lines of source that changed.")
@takes_json
def compare(first: str, second: str | None, whole: bool, as_json: bool) -> None:
    """Lay two runs side by side: params, versions, states, durations, sizes, metrics."""
    from penstock.cli.session import reading
    from penstock.store.comparison import compare_runs
    from penstock.store.runs import find_run

    with reading() as (_, database), database.read() as connection:
        key = find_run(connection, first)
        found = compare_runs(connection, key, None if second is None else find_run(connection, second))
    if as_json:
        output.show_json(found)
    else:
        from penstock.cli.render.compare import compared

        output.show(compared(found, output.paint(), output.width(), whole=whole))
