"""`penstock runs cancel|pause|resume|breakpoints|force-run|approve|reject|label|delete|set-state|retry|replay`."""

from __future__ import annotations

from typing import Annotated

import typer

from penstock.cli import runs
from penstock.cli.help import Verb
from penstock.cli.runs import Json, Texts
from penstock.errors import UsageError

app = runs.app

CANCEL = """
penstock runs cancel latest
penstock runs cancel 38fw 3f1x --now
penstock runs cancel --filter 'state=running&pipeline=shop'
penstock runs cancel --filter all
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
BREAKPOINTS = """
penstock runs breakpoints latest --break model
penstock runs breakpoints 38fw --break report --clear model
"""
FORCE = """
penstock runs force-run latest
penstock runs force-run --filter 'state=queued&pipeline=shop' --yes
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
penstock runs delete --filter 'state=failed&created_before=90d' --yes
"""
SET_STATE = """
penstock runs set-state latest --task clean succeeded
penstock runs set-state 38fw --task per_airport --map-index 3 skipped
penstock runs set-state 38fw 3f1x failed
"""
RETRY = """
penstock runs retry latest
penstock runs retry 38fw --task clean
penstock runs retry 38fw -p last_month=3
penstock runs retry --filter 'state=failed&pipeline=shop&created_after=1d'
"""
REPLAY = """
penstock runs replay latest
penstock runs replay 38fw --task model -p trees=200
penstock runs replay 38fw --version latest
"""

Runs = Annotated[Texts | None, typer.Argument(metavar="RUN...", help="Ids, parts of them, or latest.")]
Filter = Annotated[
    str | None,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help="All that fit, as in state=failed&pipeline=shop, or just all, instead of RUN.",
    ),
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
    return orders.act(orders.Chosen("cancel", run or [], filter, yes), do, as_json=as_json)


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
    return orders.act(orders.Chosen("pause", run or [], filter, yes), do, as_json=as_json)


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
    return orders.act(orders.Chosen("resume", run or [], filter, yes), do, as_json=as_json)


@app.command("breakpoints", cls=Verb, epilog=BREAKPOINTS)
def breakpoints(
    run: Runs = None,
    new: Annotated[
        Texts | None, typer.Option("--break", metavar="TASK", help="Rest before this task. May be repeated.")
    ] = None,
    gone: Annotated[
        Texts | None, typer.Option("--clear", metavar="TASK", help="Rest before it no more. May be repeated.")
    ] = None,
    filter: Filter = None,
    yes: Yes = False,
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
    done = [f"rests before {', '.join(new)}"] if new else []
    done += [f"no more before {', '.join(gone)}"] if gone else []
    return orders.act(
        orders.Chosen("breakpoints", run or [], filter, yes), do, as_json=as_json, what="set breakpoints of",
        done=", ".join(done),
    )  # fmt: skip


@app.command("force-run", cls=Verb, epilog=FORCE)
def force_run(run: Runs = None, filter: Filter = None, yes: Yes = False, as_json: Json = False) -> int:
    """Let runs start that wait for a limit, past it; they don't count for others.

    Exit code: 0 when all of them start, 1 when one was not waiting, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("force-run", {})
    return orders.act(orders.Chosen("force-run", run or [], filter, yes), do, as_json=as_json, done="past its limit")


Asked = Annotated[str | None, typer.Option("--task", metavar="TASK", help="What is answered, where several tasks ask.")]
Comment = Annotated[str | None, typer.Option("--comment", metavar="TEXT", help="What is told with the answer.")]


def _answered(task: str | None, how: str) -> str:
    return how if task is None else f"{task} {how}"


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
    return orders.act(
        orders.Chosen("approve", run or [], filter, yes), do, as_json=as_json, done=_answered(task, "approved")
    )


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
    return orders.act(
        orders.Chosen("reject", run or [], filter, yes), do, as_json=as_json, done=_answered(task, "rejected")
    )


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
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when their files are gone too, where penstock up erases them.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> int:
    """Delete runs that are over, for good, with their artifacts and logs. What other runs still name stays.

    Exit code: 0 when all of them are gone, 1 when one stays: it is not over, or a run that is reads from it.
    """
    from penstock.cli import deleting, orders

    return deleting.delete(
        orders.Chosen("delete", run or [], filter, yes), children=children, wait=wait, as_json=as_json
    )


@app.command("set-state", cls=Verb, epilog=SET_STATE)
def set_state(
    words: Annotated[Texts, typer.Argument(metavar="RUN... STATE", help="Runs, and the state: see above.")],
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

    if map_index is not None and task is None:
        raise UsageError(f"item {map_index} is of a task, and no task is named", cure="add --task TASK")
    *run, state = words
    if state not in SETTABLE:
        cure = f"the last word is one of {', '.join(SETTABLE)}"
        raise UsageError(f"'{state}' is no state that can be set", cure=cure)
    arguments: dict[str, object] = {"state": state}
    arguments |= {} if task is None else {"task": task}
    arguments |= {} if map_index is None else {"map_index": map_index}
    do = orders.command("set-state", arguments)
    item = "" if map_index is None else f"[{map_index}]"
    whose, done = ("the state", "") if task is None else (f"{task}{item}", f"{task}{item} ")
    return orders.act(
        orders.Chosen("set-state", run, filter, yes, of_task=task is not None), do, as_json=as_json,
        what=f"set to {state} {whose} of", done=f"{done}set to {state}",
    )  # fmt: skip


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
    chosen = Chosen("retry", run or [], filter, yes, of_task=task is not None)
    return retry_many(chosen, task, param or [], as_json=as_json)


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
    return replay_many(Chosen("replay", run or [], filter, yes), task, param or [], latest=latest, as_json=as_json)
