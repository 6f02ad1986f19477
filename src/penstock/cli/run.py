"""`penstock run`: start a run, watch it, say how it ended."""

from __future__ import annotations

import atexit
import contextlib
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from penstock.cli.help import WORKERS, Argument
from penstock.errors import DefinitionError, UsageError
from penstock.model.nearest import did_you_mean
from penstock.model.run_types import STARTED, check_type

if TYPE_CHECKING:
    from penstock.cli.signals import Signals
    from penstock.compose.home import Home
    from penstock.compose.local import LocalEngine
    from penstock.compose.settings import Settings
    from penstock.engine.handle import RunHandle
    from penstock.engine.request import RunRequest
    from penstock.model.spec import PipelineSpec
    from penstock.ports.executor import Executor

Texts = tuple[str, ...]

EXAMPLES = """
penstock run flights.py
penstock run flights.py -p last_month=3 --label owner=me
penstock run flights.py --from model --workers 4
penstock run flights.py:nightly --json > run.json
penstock run spaceflights/ --pipeline data_processing --env prod
"""


@click.argument(
    "target",
    cls=Argument,
    metavar="TARGET",
    help="FILE.py, FILE.py:NAME, the folder of a Kedro project, or the name of a pipeline of this project.",
)
@click.option("--param", "-p", multiple=True, metavar="NAME=VALUE", help="A parameter. May be repeated.")
@click.option(
    "--params-file",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="Parameters of a JSON or TOML file.",
)
@click.option(
    "--from", "from_", multiple=True, metavar="TASK", help="Only this task and what follows. May be repeated."
)
@click.option("--to", multiple=True, metavar="TASK", help="Only this task and what it needs. May be repeated.")
@click.option("--only", multiple=True, metavar="TASK", help="Only this task. May be repeated.")
@click.option("--tag", multiple=True, metavar="TAG", help="Only tasks with this tag. May be repeated.")
@click.option("--from-run", metavar="RUN", help="Take what a part needs from this run, not the latest.")
@click.option("--pipeline", metavar="NAME", help="Of a Kedro project: a registered pipeline.")
@click.option("--env", metavar="ENV", help="Of a Kedro project: the environment of conf/.")
@click.option("--label", multiple=True, metavar="NAME=VALUE", help="A label of the run. May be repeated.")
@click.option(
    "--type", "type_", default="standard", metavar="TYPE", help=f"{', '.join(STARTED)}. debug means --executor inline."
)
@click.option(
    "--break",
    "break_",
    multiple=True,
    metavar="TASK",
    help="With --type debug: rest before this task. May be repeated.",
)
@click.option(
    "--executor",
    "executor_",
    metavar="WHERE",
    help="local: in processes of their own; inline: in this one, where breakpoint() works.",
)
@click.option("--workers", type=WORKERS, metavar="N", help="Tasks at the same time. Default: one a core.")
@click.option("--refresh", is_flag=True, help="Take no result of an earlier run; keep new ones for later runs.")
@click.option("--json", "as_json", is_flag=True, help="Print the run's document when it is over, and nothing else.")
@click.option("--quiet", "-q", is_flag=True, help="Print only how it ended.")
def run(
    target: str,
    param: Texts,
    params_file: Path | None,
    from_: Texts,
    to: Texts,
    only: Texts,
    tag: Texts,
    from_run: str | None,
    pipeline: str | None,
    env: str | None,
    label: Texts,
    type_: str,
    break_: Texts,
    executor_: str | None,
    workers: int | None,
    refresh: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run a pipeline and wait for its end.

    Exit code: 0 succeeded or warning, 1 failed, 2 wrong use or definition, 130 interrupted. Ctrl-C once cancels the
    run and lets its tasks clean up; twice ends it at once.
    """
    from penstock.cli.signals import interruptible

    def work(signals: Signals, stack: contextlib.ExitStack) -> int:
        # Interrupted in the middle, an import leaves what it defines by half: a Ctrl-C waits for its end.
        with signals.held():
            from penstock.cli.session import at_hand, tell_unread
            from penstock.cli.target import Target, pairs
            from penstock.cli.target import params_file as read_params

            inline = _is_inline(type_, executor_)
            if from_run is not None and not (from_ or to or only or tag):
                cure = "leave it out, or choose tasks by --from, --to, --only or --tag"
                raise UsageError("--from-run is for a part of the pipeline, and all of it is to run", cure=cure)
            texts, labels = pairs(param, "parameter"), pairs(label, "label")
            given: dict[str, Any] = read_params(params_file) if params_file else {}
            aim = Target(target, pipeline, env, lone=True, by_workers=not inline)
            stack.callback(aim.end)
            # While a child imports the user's file, processes are started and the rest is imported here.
            home, settings = at_hand()
            tell_unread()
            from penstock.compose.open_files import make_room

            make_room(workers or settings.workers)
            from penstock.compose.executors import start_executor

            lifeline = stack.enter_context(home.entered())
            executor = start_executor(
                settings, inline=inline, workers=workers, preload=aim.libraries(), lifeline=lifeline
            )
            stack.callback(executor.close)
            aim.begin(executor)
            if inline:
                atexit.unregister(gc.freeze)  # what tasks leave open here is closed at the end, as in any program
            from penstock.compose.local import LocalEngine
            from penstock.engine.request import RunRequest

            request = RunRequest(
                given, texts, labels, (), type_, from_, to, only, tag, from_run, refresh=refresh, breakpoints=break_
            )
        spec = aim.spec()
        with signals.held():
            _check(spec, request, settings, executor)
            engine = stack.enter_context(LocalEngine(home, settings, executor))
        return watched(engine, lambda: engine.submit(spec, request), signals, as_json=as_json, quiet=quiet)

    return interruptible(work)


def _is_inline(type_: str, executor: str | None) -> bool:
    check_type(type_)
    if executor not in (None, "local", "inline"):
        raise UsageError(f"there is no executor '{executor}'", cure=did_you_mean(executor, ("local", "inline")))
    return (executor or ("inline" if type_ == "debug" else "local")) == "inline"


def _check(spec: PipelineSpec, request: RunRequest, settings: Settings, executor: Executor) -> None:
    from penstock.compose.local import check

    try:
        check(spec, request, settings, executor.workers)
    except DefinitionError as error:
        # Files of tasks are told from the root of the code, wherever we stand.
        if error.file is not None and spec.code is not None:
            error.file = str(Path(spec.code.root, error.file))
        raise


def watched(
    engine: LocalEngine, begin: Callable[[], RunHandle], signals: Signals, *, as_json: bool, quiet: bool
) -> int:
    """Begin a run, show it until it is over, say how it ended; the exit code."""
    from penstock.cli import output
    from penstock.cli.watch import watch

    home = engine.home
    with signals.held():
        handle = signals.handle = begin()
    if not (quiet or as_json):
        _tell_page(home, handle)
        _tell_limit(handle)
    # A task in this process prints where we print.
    with output.reserved() if as_json else contextlib.nullcontext():
        watch(handle, signals, engine, quiet=quiet or as_json)
    signals.handle = None
    return _end(handle, engine, home, signals, as_json=as_json)


def _tell_page(home: Home, handle: RunHandle) -> None:
    """Where the run is seen in the browser, if `penstock up` runs here."""
    from penstock.compose.presence import find

    address = find(home.path)
    if address is not None:
        from penstock.cli import output
        from penstock.cli.render.up import seen_at

        with contextlib.suppress(OSError):
            output.show([seen_at(f"{address.url}/runs/{handle.id}")])


def _tell_limit(handle: RunHandle) -> None:
    """What the run waits for, if it has to."""
    if handle.waits_for is not None:
        from penstock.cli import output
        from penstock.cli.render.spans import Span, clean

        with contextlib.suppress(OSError):
            output.show([[Span("waiting: ", "yellow"), Span(clean(handle.waits_for))]])


def _tell_loss(home: Home) -> None:
    """A database that is removed while it is open is written on as if it were there."""
    if "://" not in home.database_url and not Path(home.database_url).exists():
        print(f"The record of this run is lost: {home.database_url} was removed while it ran.", file=sys.stderr)


def _end(handle: RunHandle, engine: LocalEngine, home: Home, signals: Signals, *, as_json: bool) -> int:
    from penstock.cli import ending

    if handle.failure is not None:
        raise handle.failure
    with contextlib.suppress(OSError):  # nobody reads it any more; how the run ended counts
        ending.tell(handle.key, engine.database, home, as_json=as_json)
        _tell_loss(home)
    state = handle.picture().state
    if state == "cancelled" and signals.exit_code is not None:
        return signals.exit_code
    return 0 if state in ("succeeded", "warning", "skipped") else 1
