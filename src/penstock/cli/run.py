"""`penstock run`: start a run, watch it, say how it ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from penstock.errors import UsageError
from penstock.model.nearest import did_you_mean
from penstock.model.states import RUN_TYPES

if TYPE_CHECKING:
    from penstock.compose.home import Home
    from penstock.compose.local import LocalEngine
    from penstock.engine.handle import RunHandle

Texts = list[str]


def run(
    target: Annotated[str, typer.Argument(help="FILE.py, FILE.py:NAME, or the name of a pipeline of this project.")],
    param: Annotated[
        Texts | None, typer.Option("--param", "-p", metavar="NAME=VALUE", help="A parameter; may be repeated.")
    ] = None,
    params_file: Annotated[
        Path | None, typer.Option("--params-file", metavar="FILE", help="Parameters from a JSON or TOML file.")
    ] = None,
    from_: Annotated[
        Texts | None, typer.Option("--from", metavar="TASK", help="Only this task and what follows it.")
    ] = None,
    to: Annotated[Texts | None, typer.Option("--to", metavar="TASK", help="Only this task and what it needs.")] = None,
    only: Annotated[
        Texts | None, typer.Option("--only", metavar="TASK", help="Only this task; may be repeated.")
    ] = None,
    tag: Annotated[Texts | None, typer.Option("--tag", metavar="TAG", help="Only tasks with this tag.")] = None,
    from_run: Annotated[
        str | None, typer.Option("--from-run", metavar="RUN", help="Take what a slice needs from this run.")
    ] = None,
    label: Annotated[
        Texts | None, typer.Option("--label", metavar="NAME=VALUE", help="A label of the run; may be repeated.")
    ] = None,
    type_: Annotated[
        str, typer.Option("--type", help="standard, test or debug (debug: tasks run in this process).")
    ] = ("standard"),
    executor_: Annotated[
        str | None, typer.Option("--executor", help="local (processes) or inline (this process; breakpoint() works).")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Tasks at the same time; by default one a core.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run's document and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only how it ended.")] = False,
) -> int:
    """Run a pipeline and wait for its end.

    Exit code: 0 succeeded or warning, 1 failed, 2 wrong use or definition, 130 interrupted.
    """
    from penstock.cli.target import Target, pairs
    from penstock.cli.target import params_file as read_params

    _check(type_, executor_)
    chosen = executor_ or ("inline" if type_ == "debug" else "local")
    texts, labels = pairs(param or [], "a parameter"), pairs(label or [], "a label")
    given: dict[str, Any] = read_params(params_file) if params_file else {}
    aim = Target(target)
    executor = None
    try:
        # While the child imports the user's file, processes are started and the rest is imported here.
        from penstock.cli.session import at_hand
        from penstock.cli.watch import Signals, watch

        home, settings = at_hand()
        with Signals() as signals:
            from penstock.compose.local import LocalEngine, check, start_executor
            from penstock.engine.request import RunRequest

            executor = start_executor(settings, inline=chosen == "inline", workers=workers)
            request = RunRequest(
                given, texts, labels, (), type_, tuple(from_ or ()), tuple(to or ()), tuple(only or ()),
                tuple(tag or ()), from_run,
            )  # fmt: skip
            spec = aim.spec()
            check(spec, request, settings, executor.workers)
            home.make()
            with LocalEngine(home, settings, executor) as engine:
                handle = engine.submit(spec, request)
                watch(handle, signals, engine, quiet=quiet or as_json)
                return _end(handle, engine, home, signals, as_json=as_json)
    finally:
        aim.end()
        if executor is not None:
            executor.close()


def _check(type_: str, executor: str | None) -> None:
    if type_ not in RUN_TYPES:
        raise UsageError(f"there is no type '{type_}'", cure=did_you_mean(type_, RUN_TYPES))
    if executor not in (None, "local", "inline"):
        raise UsageError(f"there is no executor '{executor}'", cure=did_you_mean(str(executor), ("local", "inline")))


def _end(handle: RunHandle, engine: LocalEngine, home: Home, signals: Any, *, as_json: bool) -> int:
    from penstock.cli import ending

    if handle.failure is not None:
        raise handle.failure
    ending.tell(handle, engine.database, home, as_json=as_json)
    if signals.exit_code is not None and handle.picture().state == "cancelled":
        return int(signals.exit_code)
    return 0 if handle.picture().state in ("succeeded", "warning", "skipped") else 1
