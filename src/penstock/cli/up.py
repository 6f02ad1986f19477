"""`penstock up` and `penstock link`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from penstock.cli import output
from penstock.cli.help import WORKERS, Argument
from penstock.cli.problems import tell
from penstock.errors import NotFound, PenstockError, SettingsError, UsageError

if TYPE_CHECKING:
    from penstock.cli.render.spans import Line
    from penstock.compose.home import Home
    from penstock.compose.presence import Address

Texts = tuple[str, ...]

UP = """
penstock up
penstock up --port 8000
penstock up --show latest
"""
LINK = """
penstock link
penstock link latest
"""
#: Seconds in which another `up` that is just starting tells where it is.
PATIENCE: Final = 5.0

takes_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document, with the link, and nothing else."
)


@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="Where to listen. One that others reach needs a token."
)
@click.option(
    "--port",
    default=7420,
    type=click.IntRange(min=0, max=65535),
    metavar="N",
    help="Default: 7420. 0 takes a free one.",
)
@click.option("--workers", type=WORKERS, metavar="N", help="Tasks at the same time. Default: one a core.")
@click.option("--grace", default="10s", metavar="TIME", help="What runs get to end when it ends. Default: 10s.")
@click.option("--name", multiple=True, metavar="HOST", help="A name that people reach it by. May be repeated.")
@click.option("--show", metavar="RUN", help="Let the link lead to this run: an id, or latest.")
@takes_json
def up(host: str, port: int, workers: int | None, grace: str, name: Texts, show: str | None, as_json: bool) -> int:
    """Show and run the pipelines of this project in the browser, until Ctrl-C.

    Server and engine run in processes of their own. Files are watched: what changes in a pipeline is there at once.
    """
    from penstock.authoring.project import project_folder
    from penstock.cli.session import at_hand, tell_unread
    from penstock.compose.belonging import this_project
    from penstock.compose.open_files import make_room
    from penstock.compose.up import Up, Wishes

    home, settings = at_hand()
    tell_unread()
    make_room(workers or settings.workers)
    project = project_folder(Path.cwd())
    named = this_project(project, settings)
    wishes = Wishes(project, named, home, host, port, workers, _seconds(grace), name)
    screen = _Json(home, show) if as_json else _Screen(home, named.name, wishes.grace, show)
    one = Up(wishes, screen)
    if not one.take_home():
        return _already(home, show, as_json=as_json)
    try:
        return one.run()
    except PenstockError as error:
        if not isinstance(screen, _Json) or not screen.told:
            raise
        return tell(error, as_json=False)  # the one document has been written


@click.argument(
    "run", required=False, cls=Argument, metavar="RUN", help="Where it leads: an id, or latest. Default: all runs."
)
@takes_json
def link(run: str | None, as_json: bool) -> int:
    """Print a link that signs in to the page, once, within five minutes."""
    from penstock.cli.session import at_hand

    home, _ = at_hand()
    address = _address(home)
    if address is None:
        raise _nowhere(home)
    made = link_to(home, address, run)
    if as_json:
        output.show_json(_document(home, address, made, None))
    else:
        print(made)
    return 0


def _nowhere(home: Home) -> PenstockError:
    from penstock.compose.presence import FILE
    from penstock.store.barred import HOME_OF_YOUR_OWN, barred

    why = barred(home.path / FILE, write=False)
    if why is not None:
        return SettingsError(f"{home.path / FILE} can't be read: {why}", cure=HOME_OF_YOUR_OWN)
    return NotFound("`penstock up` does not run here", cure="start it: it prints a link")


def link_to(home: Home, address: Address, run: str | None) -> str:
    """A link that signs in, to the page or to a run. Raises NotFound, StoreError."""
    from penstock.compose import serve
    from penstock.store.database import open_database

    database = open_database(home.database_url, create=False)
    try:
        after = ""
        if run is not None:
            from penstock.model.ids import run_id
            from penstock.store.runs import find_run

            with database.read() as connection:
                after = f"&next=/runs/{run_id(find_run(connection, run))}"
        return serve.link(database, address.reached_at, address.port) + after
    finally:
        database.close()


def _seconds(text: str) -> float:
    from penstock.model.durations import wait

    try:
        return wait(text)
    except ValueError as error:
        raise UsageError(f"--grace: {error}") from error


def _address(home: Home) -> Address | None:
    from penstock.compose.presence import find

    return find(home.path)


def _already(home: Home, show: str | None, *, as_json: bool) -> int:
    """There is an `up` of this home: tell its link."""
    deadline = time.monotonic() + PATIENCE
    address = _address(home)
    while address is None and time.monotonic() < deadline:
        time.sleep(0.1)
        address = _address(home)
    if address is None:
        raise UsageError("`penstock up` is just starting or ending here", cure="try again in a moment")
    made = link_to(home, address, show)
    if as_json:
        output.show_json(_document(home, address, made, None))
    else:
        from penstock.cli.render.up import already

        output.show(already(made, address.pid))
    return 0


def _document(home: Home, address: Address, made: str, definitions: dict[str, Any] | None) -> dict[str, Any]:
    facts = {"url": address.url, "port": address.port, "link": made, "pid": address.pid, "home": str(home.path)}
    return facts if definitions is None else facts | definitions


class _Json:
    """Scripts get one document, in one line, as soon as all is up."""

    def __init__(self, home: Home, show: str | None) -> None:
        self._home = home
        self._show = show
        self.told = False

    def up(self, address: Address, definitions: dict[str, Any] | None) -> None:
        import json

        known = definitions or {"pipelines": None, "problems": []}
        made = link_to(self._home, address, self._show)
        sys.stdout.write(json.dumps(_document(self._home, address, made, known)) + "\n")
        sys.stdout.flush()
        self.told = True

    def definitions(self, definitions: dict[str, Any]) -> None: ...

    def fell(self, name: str, how: str, wait: float) -> None:
        print(f"penstock: the {name} {how}; it starts again in {wait:g} s", file=sys.stderr)

    def back(self, name: str) -> None: ...

    def ending(self) -> None: ...

    def draining(self, runs: int) -> None: ...


class _Screen:
    """People get a screen that stays, and a line for what happens."""

    def __init__(self, home: Home, project: str, grace: float, show: str | None) -> None:
        self._home = home
        self._project = project
        self._grace = grace
        self._show = show
        self._known: dict[str, Any] | None = None
        self._paint = output.paint()

    def up(self, address: Address, definitions: dict[str, Any] | None) -> None:
        from penstock.cli.render.up import welcome

        made = link_to(self._home, address, self._show)
        self._print(welcome(self._project, made, definitions, self._paint))
        self._known = definitions

    def definitions(self, definitions: dict[str, Any]) -> None:
        from penstock.cli.render.up import changes

        self._print(changes(self._known, definitions, time.time(), self._paint))
        self._known = definitions

    def fell(self, name: str, how: str, wait: float) -> None:
        from penstock.cli.render.up import fell

        self._print([fell(name, how, wait, time.time(), self._paint)])

    def back(self, name: str) -> None:
        from penstock.cli.render.up import back

        self._print([back(name, time.time(), self._paint)])

    def ending(self) -> None:
        # What the terminal shows of Ctrl-C gets a line of its own.
        self._print([[]])

    def draining(self, runs: int) -> None:
        from penstock.cli.render.up import draining

        self._print([draining(runs, self._grace, time.time())])

    def _print(self, lines: list[Line]) -> None:
        from penstock.cli.render.spans import wrap

        try:
            output.show([each for line in lines for each in wrap(line, output.width())])
        except OSError:
            # Nobody reads it any more (a terminal that was closed): it goes on unseen.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
