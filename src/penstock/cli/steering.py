"""`penstock runs cancel|pause|resume|breakpoints|force-run|approve|reject|label|delete|set-state|retry|replay`."""

from __future__ import annotations

import click

from penstock.cli import runs
from penstock.cli.help import INDEX, WORKERS, Argument, Verb
from penstock.cli.runs import Texts, takes_json
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

takes_runs = click.argument("run", nargs=-1, cls=Argument, metavar="RUN...", help="Ids, parts of them, or latest.")
takes_filter = click.option(
    "--filter", metavar="FILTER", help="All that fit, as in state=failed&pipeline=shop, or just all, instead of RUN."
)
takes_yes = click.option("--yes", "-y", is_flag=True, help="Do not ask before acting on all that fit the filter.")


@app.command("cancel", cls=Verb, epilog=CANCEL)
@takes_runs
@takes_filter
@click.option("--now", is_flag=True, help="At once: tasks get no grace, and clean-up tasks don't run.")
@takes_yes
@takes_json
def cancel(run: Texts, filter: str | None, now: bool, yes: bool, as_json: bool) -> int:
    """Cancel runs, wherever they run: tasks get their grace to end, clean-up tasks still run.

    Exit code: 0 when all of them end now, 1 when one was over before, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("cancel", {"force": True} if now else {})
    return orders.act(orders.Chosen("cancel", run, filter, yes), do, as_json=as_json)


@app.command("pause", cls=Verb, epilog=PAUSE)
@takes_runs
@takes_filter
@click.option(
    "--now", is_flag=True, help="Tasks that run stand still with all their processes, and their time-outs too."
)
@takes_yes
@takes_json
def pause(run: Texts, filter: str | None, now: bool, yes: bool, as_json: bool) -> int:
    """Pause runs: what runs goes on to its end, nothing else begins, and the run's time-out stops counting.

    Exit code: 0 when all of them are paused, 1 when one was not running, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("pause", {"now": True} if now else {})
    return orders.act(orders.Chosen("pause", run, filter, yes), do, as_json=as_json)


@app.command("resume", cls=Verb, epilog=RESUME)
@takes_runs
@click.option("--step", is_flag=True, help="Of type debug: run the next task, and rest before the one after it.")
@click.option("--param", "-p", multiple=True, metavar="NAME=VALUE", help="Of type debug: go on with this param.")
@takes_filter
@takes_yes
@takes_json
def resume(run: Texts, step: bool, param: Texts, filter: str | None, yes: bool, as_json: bool) -> int:
    """Let paused runs go on.

    Exit code: 0 when all of them go on, 1 when one was not paused, or its engine did not answer yet.
    """
    from penstock.cli import orders
    from penstock.cli.target import pairs

    told = {"step": step, "texts": pairs(param, "parameter")}
    do = orders.command("resume", {name: value for name, value in told.items() if value})
    return orders.act(orders.Chosen("resume", run, filter, yes), do, as_json=as_json)


@app.command("breakpoints", cls=Verb, epilog=BREAKPOINTS)
@takes_runs
@click.option("--break", "new", multiple=True, metavar="TASK", help="Rest before this task. May be repeated.")
@click.option("--clear", "gone", multiple=True, metavar="TASK", help="Rest before it no more. May be repeated.")
@takes_filter
@takes_yes
@takes_json
def breakpoints(run: Texts, new: Texts, gone: Texts, filter: str | None, yes: bool, as_json: bool) -> int:
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
        orders.Chosen("breakpoints", run, filter, yes), do, as_json=as_json, what="set breakpoints of",
        done=", ".join(done),
    )  # fmt: skip


@app.command("force-run", cls=Verb, epilog=FORCE)
@takes_runs
@takes_filter
@takes_yes
@takes_json
def force_run(run: Texts, filter: str | None, yes: bool, as_json: bool) -> int:
    """Let runs start that wait for a limit, past it; they don't count for others.

    Exit code: 0 when all of them start, 1 when one was not waiting, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.command("force-run", {})
    return orders.act(orders.Chosen("force-run", run, filter, yes), do, as_json=as_json, done="past its limit")


takes_asked = click.option("--task", metavar="TASK", help="What is answered, where several tasks ask.")
takes_comment = click.option("--comment", metavar="TEXT", help="What is told with the answer.")


def _answered(task: str | None, how: str) -> str:
    return how if task is None else f"{task} {how}"


@app.command("approve", cls=Verb, epilog=APPROVE)
@takes_runs
@takes_asked
@click.option("--param", "-p", multiple=True, metavar="NAME=VALUE", help="A field of the form. May be repeated.")
@takes_comment
@takes_filter
@takes_yes
@takes_json
def approve(
    run: Texts, task: str | None, param: Texts, comment: str | None, filter: str | None, yes: bool, as_json: bool
) -> int:
    """Approve what runs ask: they go on, with what is answered.

    Exit code: 0 when they go on, 1 when one asks nothing, refuses the answer, or its engine did not answer yet.
    """
    from penstock.cli import orders
    from penstock.cli.target import pairs

    do = orders.answer("approve", task, pairs(param, "field"), comment)
    return orders.act(orders.Chosen("approve", run, filter, yes), do, as_json=as_json, done=_answered(task, "approved"))


@app.command("reject", cls=Verb, epilog=REJECT)
@takes_runs
@takes_asked
@takes_comment
@takes_filter
@takes_yes
@takes_json
def reject(run: Texts, task: str | None, comment: str | None, filter: str | None, yes: bool, as_json: bool) -> int:
    """Reject what runs ask: the task that asks fails.

    Exit code: 0 when it was done, 1 when one asks nothing, or its engine did not answer yet.
    """
    from penstock.cli import orders

    do = orders.answer("reject", task, {}, comment)
    return orders.act(orders.Chosen("reject", run, filter, yes), do, as_json=as_json, done=_answered(task, "rejected"))


@app.command("label", cls=Verb, epilog=LABEL)
@click.argument(
    "word",
    nargs=-1,
    cls=Argument,
    metavar="RUN... NAME=VALUE...",
    help="Ids, parts of them, or latest; and labels to set.",
)
@click.option("--remove", multiple=True, metavar="NAME", help="Remove this label. May be repeated.")
@takes_filter
@takes_yes
@takes_json
def label(word: Texts, remove: Texts, filter: str | None, yes: bool, as_json: bool) -> int:
    """Set labels on runs, and remove some.

    Exit code: 0 when it was done, 1 when a run refused.
    """
    from penstock.cli import labelling

    return labelling.label(word, remove, filter, sure=yes, as_json=as_json)


@app.command("delete", cls=Verb, epilog=DELETE)
@takes_runs
@takes_filter
@click.option("--children", is_flag=True, help="Also the runs that they began.")
@click.option("--wait", is_flag=True, help="Return when their files are gone too, where penstock up erases them.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@takes_json
def delete(run: Texts, filter: str | None, children: bool, wait: bool, yes: bool, as_json: bool) -> int:
    """Delete runs that are over, for good, with their artifacts and logs. What other runs still name stays.

    Exit code: 0 when all of them are gone, 1 when one stays: it is not over, or a run that is reads from it.
    """
    from penstock.cli import deleting, orders

    return deleting.delete(orders.Chosen("delete", run, filter, yes), children=children, wait=wait, as_json=as_json)


@app.command("set-state", cls=Verb, epilog=SET_STATE)
@click.argument(
    "words", nargs=-1, required=True, cls=Argument, metavar="RUN... STATE", help="Runs, and the state: see above."
)
@click.option("--task", metavar="TASK", help="Of this task. Default: of the run.")
@click.option("--map-index", type=INDEX, metavar="N", help="Of this item of a fan-out, from 0.")
@takes_filter
@takes_yes
@takes_json
def set_state(
    words: Texts, task: str | None, map_index: int | None, filter: str | None, yes: bool, as_json: bool
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


takes_task = click.option("--task", metavar="TASK", help="From this task on, with all downstream.")
takes_params = click.option(
    "--param", "-p", multiple=True, metavar="NAME=VALUE", help="Another value. May be repeated."
)
takes_workers = click.option("--workers", type=WORKERS, metavar="N", help="Tasks at the same time, where it runs here.")
takes_quiet = click.option("--quiet", "-q", is_flag=True, help="Print only how it ended.")


@app.command("retry", cls=Verb, epilog=RETRY)
@takes_runs
@takes_task
@takes_params
@takes_filter
@takes_yes
@takes_workers
@takes_json
@takes_quiet
def retry(
    run: Texts,
    task: str | None,
    param: Texts,
    filter: str | None,
    yes: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run again what failed or never ran, in place; what finished keeps its outputs.

    Where penstock up runs, it does that, and this returns at once. Elsewhere one run runs here, like penstock run.
    """
    from penstock.cli.again import Again, retry_many
    from penstock.cli.orders import Chosen

    if filter is None and len(run) == 1:
        return Again(run[0], task, param, workers, as_json=as_json, quiet=quiet).retry()
    chosen = Chosen("retry", run, filter, yes, of_task=task is not None)
    return retry_many(chosen, task, param, as_json=as_json)


@app.command("replay", cls=Verb, epilog=REPLAY)
@takes_runs
@takes_task
@takes_params
@click.option("--version", default="same", metavar="WHICH", help="same: as that run's; latest: as it is known now.")
@takes_filter
@takes_yes
@takes_workers
@takes_json
@takes_quiet
def replay(
    run: Texts,
    task: str | None,
    param: Texts,
    version: str,
    filter: str | None,
    yes: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Repeat a run as a new one, whole or from a task; what comes before the task is taken from the old run.

    Where penstock up runs, it does that, and this returns at once. Elsewhere one run runs here, like penstock run.
    """
    from penstock.cli.again import Again, replay_many
    from penstock.cli.orders import Chosen

    if version not in ("same", "latest"):
        raise UsageError(f"there is no version '{version}' to choose", cure="write same or latest")
    latest = version == "latest"
    if filter is None and len(run) == 1:
        return Again(run[0], task, param, workers, as_json=as_json, quiet=quiet).replay(latest=latest)
    return replay_many(Chosen("replay", run, filter, yes), task, param, latest=latest, as_json=as_json)
