"""The server process: `python -m penstock.compose.serve --home .penstock --port 7420`. `penstock up` starts it.

It prints nothing but problems; to who started it, with `--tell`, that all is loaded. SIGTERM ends it: streams at once,
other answers in GRACE seconds.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.compose.belonging import this_project
from penstock.compose.home import Home, find_home
from penstock.compose.parent import alone, tell
from penstock.compose.settings import Settings, load_settings
from penstock.compose.token import VARIABLE, make_token, set_by_person
from penstock.errors import SettingsError

if TYPE_CHECKING:
    from penstock.server.service import Service
    from penstock.store.database import Database

HOST: Final = "127.0.0.1"
PORT: Final = 7420
#: Seconds in which answers that were begun may end.
GRACE: Final = 5
#: Seconds that a request waits for a database that another program holds.
PATIENCE: Final = 10.0
#: Connections at a time; a process may open 1,024 files on most systems. Streams have a limit of their own below it.
CONNECTIONS: Final = 900
_BACKLOG: Final = 2048


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to end; the exit code. Raises PenstockError for what keeps it from that."""
    gc.disable()  # until all is loaded: a tenth of the start
    logging.basicConfig(level=logging.WARNING, format="penstock: %(message)s")
    # While it serves, uvicorn hears these and drains; when it has, it raises them again.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    _serve(_parser().parse_args(arguments))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m penstock.compose.serve", description="The server of Penstock.")
    parser.add_argument("--home", type=Path, help="default: as for all verbs, the nearest .penstock")
    parser.add_argument("--database", help="default: the setting, else penstock.db in the home")
    parser.add_argument("--project", type=Path, default=Path.cwd(), help="the folder whose pipelines are shown")
    parser.add_argument("--host", default=HOST, help=f"the address to listen at, {HOST} by default")
    parser.add_argument("--port", type=int, default=PORT, help=f"{PORT} by default; 0 chooses a free one")
    parser.add_argument(
        "--name", action="append", default=[], metavar="HOST", help="one more name that people reach it by; repeatable"
    )
    parser.add_argument("--tell", action="store_true", help="tell on standard output, in JSON, when all is loaded")
    parser.add_argument("--link", action="store_true", help="print a link that signs in, once")
    return parser


def token_for(host: str) -> str | None:
    """The token that a person has set. Raises SettingsError where the address needs one and there is none."""
    token = set_by_person(os.environ.get(VARIABLE))
    if token is None and not is_loopback(host):
        raise SettingsError(
            f"{host} can be reached by others, and no token was set",
            cure=f"set {VARIABLE} to a secret of your own, or listen at {HOST}",
        )
    return token


def _serve(options: argparse.Namespace) -> None:
    token = token_for(options.host)
    # Before anything is loaded: who comes too early waits a moment and is not turned away.
    with listen(options.host, options.port) as listener:
        settings = load_settings(options.project, os.environ)
        home = _home(options, settings)
        home.make()
        from penstock.store.database import open_database

        database = open_database(home.database_url, patience=PATIENCE)
        try:
            token = token or make_token(home.path)
            service = _service(options, settings, home, database, token, listener.getsockname()[1])
            if options.link:
                print(link(database, options.host, service.port), flush=True)
            _run(service, listener, lambda: tell({"ready": True}) if options.tell else None)
        finally:
            database.close()


def _home(options: argparse.Namespace, settings: Settings) -> Home:
    path = (options.home or find_home(options.project, os.environ)).absolute()
    return Home(path, options.database or settings.database or str(path / "penstock.db"))


def _service(
    options: argparse.Namespace, settings: Settings, home: Home, database: Database, token: str, port: int
) -> Service:
    from penstock.server.service import LOOPBACK, Service

    names = dict.fromkeys((*LOOPBACK, *(_bracketed(name) for name in (options.host, *options.name))))
    project = options.project.absolute()
    named = this_project(project, settings).name
    return Service(database, home.artifacts, home.logs, project, port, token, tuple(names), named)


def link(database: Database, host: str, port: int) -> str:
    """An address that signs in who follows it: once, within five minutes."""
    from penstock.store import sessions

    with database.write() as connection:
        code = sessions.create_code(connection, time.time())
    return f"http://{_bracketed(host)}:{port}/login?code={code}"


def is_loopback(host: str) -> bool:
    """Is it an address that only this machine reaches?"""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises SettingsError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        # Connections inherit it. asyncio sets it only on sockets that were made with the number of TCP; without it, the
        # body of an answer waits 40 ms for the other side to acknowledge its head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(
            f"can't listen at {_bracketed(host)}:{port}: {why}", cure="choose another with --port"
        ) from error


def _run(service: Service, listener: socket.socket, loaded: Callable[[], None]) -> None:
    from uvicorn import Config, Server

    from penstock.server.app import close_app, create_app

    app = create_app(service, ["penstock.integrations.kedro.door"])

    class Draining(Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            # From here on it answers: the page comes while what the page asks for is loaded.
            app.state.api.made.add_done_callback(self._is_loaded)
            app.state.api.begin()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Streams last until they are told; all else ends by itself.
            service.closing.set()
            await super().shutdown(sockets)

        def _is_loaded(self, made: Future[object]) -> None:
            if made.exception() is None:
                loaded()
            else:
                self.should_exit = True
            _collect_seldom()

    config = Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=CONNECTIONS,
    )
    try:
        Draining(config).run(sockets=[listener])
        app.state.api.made.result()
    finally:
        close_app(app)


def _collect_seldom() -> None:
    # What is there now stays; and a document of 1,000 tasks is 20,000 objects, none of which is in a cycle: looking for
    # cycles among them as often as by default would take a fifth of its time. Not collected before: loading leaves some
    # thousand objects in cycles, and to find them takes a seventh of the start, in which nobody is answered.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


if __name__ == "__main__":
    sys.exit(alone(main))
