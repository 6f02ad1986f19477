"""`penstock up`: server, engine and agent, each a process of its own, under this one.

    up (this)  ── server   answers, reads the store, writes what people ask for
               ├─ engine   runs it, watches the project
               └─ agent    has the workers that make it

Server and engine meet in the store alone, so each may fall and start again while the other works on. The engine calls
the agent by a pair of sockets that we keep (agent.switchboard): tasks go on when it falls, and the next one finds them.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from penstock.compose import belonging, serve
from penstock.compose.ground import LOOK, Ground
from penstock.compose.health import FirstAnswer
from penstock.compose.home import Home
from penstock.compose.presence import Address, Presence
from penstock.compose.supervisor import Child, Signals, Supervisor
from penstock.errors import SettingsError
from penstock.store.belonging import Project
from penstock.store.database import open_database

#: Seconds that the first look into the project's files may hold up what is told when all is up.
DEFINITIONS: Final = 2.0
#: Seconds that processes get beyond the grace time to be gone.
EXTRA: Final = 5.0
#: Seconds in which the engine ends when it is to end at once.
AT_ONCE: Final = 5.0
#: Seconds for which a port may still be held by those of an `up` that was killed.
PORT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of `up`.

    `project`: its folder, and `named` who it is; `grace`: seconds that runs get when it ends; `names`: further names
    that people reach it by.
    """

    project: Path
    named: Project
    home: Home
    host: str = serve.HOST
    port: int = serve.PORT
    workers: int | None = None
    grace: float = 10.0
    names: tuple[str, ...] = ()


class Screen(Protocol):
    """Who tells people how it goes."""

    def up(self, address: Address, definitions: dict[str, Any] | None) -> None:
        """Everything works. `definitions` has `pipelines` (a number) and `problems`; None: not known yet."""

    def definitions(self, definitions: dict[str, Any]) -> None:
        """The project has changed."""

    def fell(self, name: str, how: str, wait: float) -> None:
        """A process ended unasked, and starts again in so many seconds."""

    def back(self, name: str) -> None:
        """It works again."""

    def ending(self) -> None:
        """Everything ends now."""

    def draining(self, runs: int) -> None:
        """So many runs get their grace time."""


class Up:
    """One `penstock up`. `run` returns its exit code."""

    def __init__(self, wishes: Wishes, screen: Screen) -> None:
        self._wishes = wishes
        self._screen = screen
        self._presence = Presence(wishes.home.path)
        self._definitions: dict[str, Any] | None = None
        self._told = False
        self._answers = False
        #: How those that are down fell, and the wait for them, as people were told.
        self._fallen: dict[str, tuple[str, float | None]] = {}

    def take_home(self) -> bool:
        """Become the one `up` of the home. False when there is another. Raises SettingsError."""
        self._wishes.home.make()
        return self._presence.take()

    def run(self) -> int:
        """Keep everything up until a signal comes, or the database goes. Raises SettingsError, StoreError, GivenUp."""
        wishes = self._wishes
        serve.token_for(wishes.host)
        # One process that says what is wrong with the database, instead of two that each try thrice.
        database = open_database(wishes.home.database_url)
        try:
            belonging.take(database, wishes.named, wishes.project)
        finally:
            database.close()
        self._ground, self._look_at = Ground(wishes.home), time.monotonic() + LOOK
        address = Address(wishes.host, free_port(wishes.host, wishes.port), os.getpid())
        self._presence.tell(address)
        self._address = address
        self._signals = Signals()
        ours, theirs = socket.socketpair()
        self._agent = Child(
            "agent", "penstock.agent", ["--shared", str(theirs.fileno())], lambda _: self._is_ready(self._agent),
            fds=[theirs.fileno()], guarded=False,
        )  # fmt: skip
        self._server = Child(
            "server", "penstock.compose.serve", self._server_arguments(address.port),
            lambda _: self._is_ready(self._server),
        )  # fmt: skip
        self._engine = Child(
            "engine", "penstock.compose.engine_process", self._engine_arguments(ours.fileno()), self._hear_engine,
            fds=[ours.fileno()],
        )  # fmt: skip
        self._supervisor = Supervisor([self._agent, self._server, self._engine], self._signals, self._fell)
        try:
            self._supervisor.start()
            self._first_answer = FirstAnswer(address)
            while not self._signals.asked:
                self._turn()
            self._end()
            return 0
        finally:
            self._supervisor.extra = {}  # the server's answer, which ends with it
            self._supervisor.kill()
            for end in (ours, theirs):
                end.close()
            self._signals.close()
            self._presence.leave()

    def _server_arguments(self, port: int) -> list[str]:
        wishes = self._wishes
        names = [word for name in wishes.names for word in ("--name", name)]
        return [*self._common(), "--host", wishes.host, "--port", str(port), "--tell", *names]

    def _engine_arguments(self, switchboard: int) -> list[str]:
        wishes = self._wishes
        workers = [] if wishes.workers is None else ["--workers", str(wishes.workers)]
        return [*self._common(), "--grace", str(wishes.grace), "--switchboard", str(switchboard), *workers]

    def _common(self) -> list[str]:
        home = self._wishes.home
        return ["--home", str(home.path), "--database", home.database_url, "--project", str(self._wishes.project)]

    # --- while it is up ----------------------------------------------------------------------------

    def _turn(self) -> None:
        answer = self._first_answer
        if answer.again_at is not None and answer.again_at <= time.monotonic() and self._server.alive:
            answer.knock()
        self._supervisor.extra = {} if answer.fd is None else {answer.fd: self._hear_server}
        if self._look_at <= time.monotonic():
            self._ground.check()
            self._look_at = time.monotonic() + LOOK
        if self._all_ready() and not self._told:
            self._tell()
        knocks = [answer.again_at] if answer.again_at is not None and self._server.alive else []
        self._supervisor.alarm = min([self._look_at, *knocks])
        self._supervisor.wait()

    def _tell(self) -> None:
        """Say that all is up; the project's files may take a moment longer."""
        deadline = time.monotonic() + DEFINITIONS
        self._supervisor.alarm = deadline
        while self._definitions is None and time.monotonic() < deadline and not self._signals.asked:
            self._supervisor.wait()
        if not self._signals.asked:
            self._told = True
            self._screen.up(self._address, self._definitions)
        self._supervisor.alarm = None

    def _all_ready(self) -> bool:
        # What stands behind the page is loaded while people look at that.
        return self._answers and self._engine.ready

    def _hear_server(self) -> None:
        self._answers = self._first_answer.answered()

    def _hear_engine(self, document: dict[str, Any]) -> None:
        if "ready" in document:
            self._is_ready(self._engine)
        elif "definitions" in document:
            news = document["definitions"]
            changed, self._definitions = news != self._definitions, news
            if changed and self._told:
                self._screen.definitions(news)
        elif "draining" in document:
            self._screen.draining(document["draining"])

    def _is_ready(self, child: Child) -> None:
        child.ready = True
        if child.fallen:
            child.fallen = False
            self._fallen.pop(child.name, None)
            self._screen.back(child.name)

    def _fell(self, child: Child, how: str, wait: float) -> None:
        child.fallen = True
        # What goes on like that is tried again, but not told again; that something is wrong with it is told once.
        told = how, None if child.wrong else wait
        if self._fallen.get(child.name) != told:
            self._fallen[child.name] = told
            self._screen.fell(child.name, how, wait)
        if child is self._server:
            self._answers = False
            self._first_answer.close()
            self._first_answer = FirstAnswer(self._address)

    # --- its end -----------------------------------------------------------------------------------

    def _end(self) -> None:
        """The engine first, so that people see how runs end; then the others. A second signal: at once."""
        self._screen.ending()
        self._first_answer.close()
        self._supervisor.extra = {}

        def again() -> bool:
            return self._signals.asked > 1

        if not self._supervisor.end(self._engine, signal.SIGTERM, self._wishes.grace + EXTRA, again):
            self._supervisor.end(self._engine, signal.SIGINT, AT_ONCE, lambda: self._signals.asked > 2)
        self._supervisor.end(self._agent, signal.SIGTERM, EXTRA, again)
        self._supervisor.end(self._server, signal.SIGTERM, serve.GRACE + 1.0, again)


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises SettingsError where somebody else has it."""
    deadline = time.monotonic() + PORT
    while True:
        try:
            with serve.listen(host, port) as listener:
                return int(listener.getsockname()[1])
        except SettingsError as error:
            taken = isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE
            if not taken:
                raise
            if time.monotonic() > deadline:
                shown = f"penstock up --port {port + 1 if port < 65535 else 0}"
                raise SettingsError(
                    f"port {port} is taken by another program", cure=f"choose another, as in `{shown}`"
                ) from error
        time.sleep(0.1)
