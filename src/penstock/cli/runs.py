"""`penstock runs list|show|logs|compare|cancel|pause|resume|breakpoints|retry|replay|label|delete`."""

from __future__ import annotations

import sys
import time
from itertools import islice
from typing import Annotated

import typer

from penstock.cli import output
from penstock.cli.help import Verb, Verbs
from penstock.errors import UsageError

app = typer.Typer(
    help="Runs: list them, show one, read its logs, compare two, cancel, pause, retry, replay, label or delete some.",
    cls=Verbs,
    no_args_is_help=True,
)

Texts = list[str]
Run = Annotated[
    str,
    typer.Argument(metavar="RUN", help="An id, its first or last 4 characters or more, latest, or latest:PIPELINE."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

LIST = """
penstock runs list
penstock runs list --state failed --since 2d
penstock runs list --pipeline flights --label owner=me --json
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
CANCEL = """
penstock runs cancel latest
penstock runs cancel 38fw 3f1x --now
penstock runs cancel --filter 'state=running&pipeline=shop'
"""
PAUSE = """
penstock runs pause latest
penstock runs pause --filter state=running --yes
"""
RESUME = """
penstock runs resume latest
penstock runs resume latest --step -p trees=10
penstock runs resume --filter state=paused --yes
"""
SET_STATE = """
penstock runs set-state latest --task clean succeeded
penstock runs set-state 38fw --task per_airport --map-index 3 skipped
penstock runs set-state 38fw 3f1x failed
"""
BREAKPOINTS = """
penstock runs breakpoints latest --break model
penstock runs breakpoints 38fw --break report --clear model
"""
FORCE = """
penstock runs force-run latest
penstock runs force-run --filter 'state=queued&pipeline=shop' --yes
"""
RETRY = """
penstock runs retry latest
penstock runs retry 38fw --task clean
penstock runs retry 38fw -p last_month=3
penstock runs retry --filter 'state=failed&pipeline=shop'
"""
APPROVE = """
penstock runs approve latest
penstock runs approve 38fw --task pay -p amount=120 --comment 'as agreed'
"""
REJECT = """
penstock runs reject 38fw --comment 'too much'
"""
LABEL = """
penstock runs label latest owner=me ticket=42
penstock runs label --filter state=failed seen=yes --remove ticket --yes
"""
DELETE = """
penstock runs delete 38fw 3f1x
penstock runs delete --filter 'state=failed&created_before=2026-01-01' --yes
"""
REPLAY = """
penstock runs replay latest
penstock runs replay 38fw --task model -p trees=200
penstock runs replay 38fw --version latest
"""
COMPARE = """
penstock runs compare 38fw latest
penstock runs compare latest:flights --all
"""
#: Lines of a log that are written at a time.
_BLOCK = 500


@app.command("list", cls=Verb, epilog=LIST)
def list_(
    pipeline: Annotated[
        Texts | None, typer.Option("--pipeline", metavar="NAME", help="Of this pipeline (!NAME: not).")
    ] = None,
    state: Annotated[
        Texts | None, typer.Option("--state", metavar="STATE", help="In this state (!STATE: not). May be repeated.")
    ] = None,
    label: Annotated[
        Texts | None, typer.Option("--label", metavar="NAME=VALUE", help="With this label (NAME: any value).")
    ] = None,
    tag: Annotated[Texts | None, typer.Option("--tag", metavar="TAG", help="With this tag.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="Created within this time: 90s, 2h, 7d.")
    ] = None,
    error: Annotated[str | None, typer.Option("--error", metavar="TEXT", help="With this text in the error.")] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=500, help="At most so many, the newest. Default: 20.")
    ] = 20,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    from penstock.cli.session import HOW_TO_BEGIN, anything_run, at_hand, reading
    from penstock.store.filters import RunFilter
    from penstock.store.runs import Page, list_runs

    chosen = RunFilter(
        pipeline=tuple(pipeline or ()), state=tuple(state or ()), label=tuple(label or ()), tag=tuple(tag or ()),
        created_after=_since(since), q=error,
    )  # fmt: skip
    page = Page([], None)
    if anything_run(*at_hand()):
        with reading() as (_, database), database.read() as connection:
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
        raise UsageError(str(error)) from error


@app.command("show", cls=Verb, epilog=SHOW)
def show(
    run: Run = "latest",
    whole: Annotated[
        bool, typer.Option("--all", help="Show every item, attempt, metric and error of a large run.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show a run: state, tasks, attempts, outputs, metrics, errors, and who did what to it."""
    from pathlib import Path

    from penstock.cli.session import reading
    from penstock.store.documents import run_document
    from penstock.store.events import by_people
    from penstock.store.runs import find_run
    from penstock.store.versions import spec_of

    with reading() as (_, database), database.read() as connection:
        key = find_run(connection, run)
        document = run_document(connection, key)
        people = [] if as_json else by_people(connection, key)
        tasks = {} if as_json else (spec_of(connection, key) or {}).get("tasks", {})
    if as_json:
        output.show_json(document)
    else:
        from penstock.cli.render.people import done_by
        from penstock.cli.render.questions import questions
        from penstock.cli.render.run import overview

        paint, width = output.paint(), output.width()
        lines = overview(document, list(tasks), paint, width, Path.cwd(), whole=whole)
        lines += questions(document, tasks, width)
        output.show([*lines, *done_by(people, paint, width)])


@app.command("logs", cls=Verb, epilog=LOGS)
def logs(
    run: Run = "latest",
    task: Annotated[str | None, typer.Option("--task", metavar="TASK", help="Of this task.")] = None,
    map_index: Annotated[
        int | None, typer.Option("--map-index", metavar="N", min=0, help="Of this item of a fan-out, from 0.")
    ] = None,
    attempt: Annotated[
        int | None, typer.Option("--attempt", metavar="N", min=1, help="Of this attempt, from 1.")
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", metavar="LEVEL", help="Of this level or above: debug, info, warning, error, critical."),
    ] = None,
    grep: Annotated[str | None, typer.Option("--grep", metavar="TEXT", help="With this text, in any case.")] = None,
    tail: Annotated[int | None, typer.Option("--tail", metavar="N", min=1, help="The last lines only.")] = None,
    as_json: Json = False,
) -> None:
    """Show what tasks printed and logged, in order of time."""
    from penstock.cli.logs import Wish, choose
    from penstock.cli.session import reading
    from penstock.store.logs import logs_of
    from penstock.store.runs import find_run
    from penstock.store.versions import spec_of

    with reading() as (home, database), database.read() as connection:
        key = find_run(connection, run)
        known = logs_of(connection, key)
        tasks = (spec_of(connection, key) or {}).get("tasks", {})
    wish = Wish(task, map_index, attempt, level, grep, tail)
    lines = choose(home.logs, known, tasks, wish)
    if as_json:
        from penstock.cli.render.log import as_document

        output.show_json_lines("lines", as_document(lines))
        return
    from penstock.cli.render.log import log_line

    paint, nothing = output.paint(), True
    while block := list(islice(lines, _BLOCK)):
        nothing = False
        sys.stdout.write("".join([log_line(line, paint) for line in block]))
    if nothing:
        _note("No task of this run printed anything." if wish == Wish() else "No line fits: ask for less to see more.")


@app.command("compare", cls=Verb, epilog=COMPARE)
def compare(
    first: Annotated[str, typer.Argument(metavar="RUN", help="An id, a part of it, latest, or latest:PIPELINE.")],
    second: Annotated[
        str | None, typer.Argument(metavar="RUN", help="The other. Default: the run of its pipeline before the first.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Also what is the same, and the lines of source that changed.")
    ] = False,
    as_json: Json = False,
) -> None:
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


Runs = Annotated[Texts | None, typer.Argument(metavar="RUN...", help="Ids, parts of them, or latest.")]
Filter = Annotated[
    str | None,
    typer.Option("--filter", metavar="FILTER", help="All that fit, as in state=failed&pipeline=shop, instead of RUN."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before acting on all that fit the filter.")]


@app.command("cancel", cls=Verb, epilog=CANCEL)
def cancel(
    run: Runs = None,
    filter: Filter = None,
    now: Annotated[
        bool, typer.Option("--now", help="At once: tasks get no grace, and clean-up tasks don't run.")
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Cancel runs, wherever they run: tasks get their grace to end, clean-up tasks still run.

    Exit code: 0 when all of them end now, 1 when one was over before, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("cancel", {"force": True} if now else {})
    return orders.act(orders.Chosen(run or [], filter, yes), "cancel", do, as_json=as_json)


@app.command("pause", cls=Verb, epilog=PAUSE)
def pause(
    run: Runs = None,
    filter: Filter = None,
    now: Annotated[
        bool,
        typer.Option("--now", help="Tasks that run stand still with all their processes, and their time-outs too."),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Pause runs: what runs goes on to its end, nothing else begins, and the run's time-out stops counting.

    Exit code: 0 when all of them are paused, 1 when one was not running, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("pause", {"now": True} if now else {})
    return orders.act(orders.Chosen(run or [], filter, yes), "pause", do, as_json=as_json)


@app.command("resume", cls=Verb, epilog=RESUME)
def resume(
    run: Runs = None,
    step: Annotated[
        bool, typer.Option("--step", help="Of type debug: run the next task, and rest before the one after it.")
    ] = False,
    param: Annotated[
        Texts | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="Of type debug: go on with this param.")
    ] = None,
    filter: Filter = None,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Let paused runs go on.

    Exit code: 0 when all of them go on, 1 when one was not paused, or its engine did not answer yet.
    """
    from penstock.cli import orders
    from penstock.cli.target import pairs

    told = {"step": step, "texts": pairs(param or [], "parameter")}
    do = orders.command("resume", {name: value for name, value in told.items() if value})
    return orders.act(orders.Chosen(run or [], filter, yes), "resume", do, as_json=as_json)


@app.command("breakpoints", cls=Verb, epilog=BREAKPOINTS)
def breakpoints(
    run: Runs = None,
    new: Annotated[
        Texts | None, typer.Option("--break", metavar="TASK", help="Rest before this task. May be repeated.")
    ] = None,
    gone: Annotated[
        Texts | None, typer.Option("--clear", metavar="TASK", help="Rest before it no more. May be repeated.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Have runs of type debug rest before tasks, or no more.

    Exit code: 0 when they do, 1 when one is of another type or is over, or its engine did not answer yet.
    """
    from penstock.cli import orders

    if not new and not gone:
        raise UsageError("there is nothing to change", cure="name a task, as in --break model")
    told = {"set": new, "remove": gone}
    do = orders.command("breakpoints", {name: tasks for name, tasks in told.items() if tasks})
    return orders.act(orders.Chosen(run or []), "set breakpoints of", do, as_json=as_json)


@app.command("force-run", cls=Verb, epilog=FORCE)
def force_run(run: Runs = None, filter: Filter = None, yes: Yes = False, as_json: Json = False) -> int:
    """Let runs start that wait for a limit, past it; they don't count for others.

    Exit code: 0 when all of them start, 1 when one was not waiting, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("force-run", {})
    return orders.act(orders.Chosen(run or [], filter, yes), "force", do, as_json=as_json)


Asked = Annotated[str | None, typer.Option("--task", metavar="TASK", help="What is answered, where several tasks ask.")]
Comment = Annotated[str | None, typer.Option("--comment", metavar="TEXT", help="What is told with the answer.")]


@app.command("approve", cls=Verb, epilog=APPROVE)
def approve(
    run: Runs = None,
    task: Asked = None,
    param: Annotated[
        Texts | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A field of the form. May be repeated.")
    ] = None,
    comment: Comment = None,
    filter: Filter = None,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Approve what runs ask: they go on, with what is answered.

    Exit code: 0 when they go on, 1 when one asks nothing, refuses the answer, or its engine did not answer yet.
    """
    from penstock.cli import orders
    from penstock.cli.target import pairs

    do = orders.answer("approve", task, pairs(param or [], "field"), comment)
    return orders.act(orders.Chosen(run or [], filter, yes), "approve", do, as_json=as_json)


@app.command("reject", cls=Verb, epilog=REJECT)
def reject(
    run: Runs = None, task: Asked = None, comment: Comment = None, filter: Filter = None, yes: Yes = False,
    as_json: Json = False,
) -> int:  # fmt: skip
    """Reject what runs ask: the task that asks fails.

    Exit code: 0 when it was done, 1 when one asks nothing, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.answer("reject", task, {}, comment)
    return orders.act(orders.Chosen(run or [], filter, yes), "reject", do, as_json=as_json)


@app.command("label", cls=Verb, epilog=LABEL)
def label(
    word: Annotated[
        Texts | None,
        typer.Argument(metavar="RUN... NAME=VALUE...", help="Ids, parts of them, or latest; and labels to set."),
    ] = None,
    remove: Annotated[
        Texts | None, typer.Option("--remove", metavar="NAME", help="Remove this label. May be repeated.")
    ] = None,
    filter: Filter = None,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Set labels on runs, and remove some.

    Exit code: 0 when it was done, 1 when a run refused.
    """
    from penstock.cli import labelling

    return labelling.label(word or [], remove or [], filter, sure=yes, as_json=as_json)


@app.command("delete", cls=Verb, epilog=DELETE)
def delete(
    run: Runs = None,
    filter: Filter = None,
    children: Annotated[bool, typer.Option("--children", help="Also the runs that they began.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> int:
    """Delete runs that are over, for good, with their artifacts and logs. What other runs still name stays.

    Exit code: 0 when all of them are gone, 1 when one stays: it is not over, or a run that is reads from it.
    """
    from penstock.cli import deleting, orders

    return deleting.delete(orders.Chosen(run or [], filter, yes), children=children, as_json=as_json)


@app.command("set-state", cls=Verb, epilog=SET_STATE)
def set_state(
    words: Annotated[Texts, typer.Argument(metavar="RUN... STATE", help="Runs, and the state: see below.")],
    task: Annotated[
        str | None, typer.Option("--task", metavar="TASK", help="Of this task. Default: of the run.")
    ] = None,
    map_index: Annotated[
        int | None, typer.Option("--map-index", metavar="N", min=0, help="Of this item of a fan-out, from 0.")
    ] = None,
    filter: Filter = None,
    yes: Yes = False,
    as_json: Json = False,
) -> int:
    """Take a task for what it is not: succeeded, skipped or failed; the run goes on so. It is recorded who did that.

    Of a run that is over, what is shown changes, nothing runs: a task, or the run, may be succeeded, warning, failed or
    cancelled. What runs can't be set, and what waits only while its run is paused.
    """
    from penstock.cli import orders
    from penstock.model.transitions import SETTABLE

    *run, state = words
    if state not in SETTABLE:
        raise UsageError(f"'{state}' is no state to set", cure=f"the last word is one of {', '.join(SETTABLE)}")
    arguments: dict[str, object] = {"state": state}
    arguments |= {} if task is None else {"task": task}
    arguments |= {} if map_index is None else {"map_index": map_index}
    do = orders.command("set-state", arguments)
    return orders.act(orders.Chosen(run, filter, yes), f"set to {state}", do, as_json=as_json)


Task = Annotated[str | None, typer.Option("--task", metavar="TASK", help="From this task on, with all downstream.")]
Params = Annotated[
    Texts | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="Another value. May be repeated.")
]
Workers = Annotated[
    int | None, typer.Option("--workers", metavar="N", min=1, help="Tasks at the same time, where it runs here.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only how it ended.")]


@app.command("retry", cls=Verb, epilog=RETRY)
def retry(
    run: Runs = None, task: Task = None, param: Params = None, filter: Filter = None, yes: Yes = False,
    workers: Workers = None, as_json: Json = False, quiet: Quiet = False,
) -> int:  # fmt: skip
    """Run again what failed or never ran, in place; what finished keeps its outputs.

    Where penstock up runs, it does that, and this returns at once. Elsewhere one run runs here, like penstock run.
    """
    from penstock.cli.again import Again, retry_many
    from penstock.cli.orders import Chosen

    if filter is None and len(run or ()) == 1:
        return Again((run or [])[0], task, param or [], workers, as_json=as_json, quiet=quiet).retry()
    return retry_many(Chosen(run or [], filter, yes), task, param or [], as_json=as_json)


@app.command("replay", cls=Verb, epilog=REPLAY)
def replay(
    run: Runs = None, task: Task = None, param: Params = None,
    version: Annotated[
        str, typer.Option("--version", metavar="WHICH", help="same: as that run's; latest: as it is known now.")
    ] = "same",
    filter: Filter = None, yes: Yes = False, workers: Workers = None, as_json: Json = False, quiet: Quiet = False,
) -> int:  # fmt: skip
    """Repeat a run as a new one, whole or from a task; what comes before the task is taken from the old run.

    Where penstock up runs, it does that, and this returns at once. Elsewhere one run runs here, like penstock run.
    """
    from penstock.cli.again import Again, replay_many
    from penstock.cli.orders import Chosen

    if version not in ("same", "latest"):
        raise UsageError(f"there is no version '{version}' to choose", cure="write same or latest")
    latest = version == "latest"
    if filter is None and len(run or ()) == 1:
        return Again((run or [])[0], task, param or [], workers, as_json=as_json, quiet=quiet).replay(latest=latest)
    return replay_many(Chosen(run or [], filter, yes), task, param or [], latest=latest, as_json=as_json)
