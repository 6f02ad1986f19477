"""What comes before all is loaded, and who waits for it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from penstock.server.app import close_app, create_app
from penstock.server.guard import guarded
from penstock.server.later import Later
from penstock.server.refusals import NotLoaded
from tests.server.streams import PATIENCE
from tests.server.world import World, problem


async def no_more() -> None: ...


def made(calls: list[Scope]) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(scope)

    return app


async def ask(app: ASGIApp) -> None:
    await app({"type": "http"}, no_more, no_more)  # type: ignore[arg-type]


def test_the_server_answers_without_what_its_routes_load(tmp_path: Path) -> None:
    program = "import penstock.server.app, sys; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "penstock.server.login" in told
    assert {"fastapi", "pydantic", "pydantic_core", "penstock.wire.base", "penstock.model.spec"}.isdisjoint(told)


def test_the_page_comes_while_routes_are_loaded_and_who_asks_them_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    class Slow(ModuleType):
        @property
        def router(self) -> object:
            asked.set()
            assert go_on.wait(PATIENCE)
            return guarded()

    monkeypatch.setitem(sys.modules, "slow_routes", Slow("slow_routes"))
    world.app = create_app(world.service, ["slow_routes"])
    program, visitor = world.client(Authorization="Bearer " + world.service.token), world.client()
    with ThreadPoolExecutor(1) as pool:
        try:
            waits = pool.submit(program.get, "/api/v1/runs")
            assert asked.wait(PATIENCE)
            assert visitor.get("/health").status_code == 200
            assert world.person().get("/").status_code in (200, 503)  # 503: a checkout without a built page
            problem(visitor.get("/api/v1/runs"), 401, "not_signed_in")
            assert not waits.done()
            close_app(world.app)  # as when it is told to end just then
        finally:
            go_on.set()
        assert waits.result(PATIENCE).json() == {"items": [], "next_cursor": None}


def test_it_is_made_once() -> None:
    times: list[int] = []
    calls: list[Scope] = []

    def make() -> ASGIApp:
        times.append(1)
        return made(calls)

    async def several() -> None:
        later = Later(make)
        later.begin()
        await asyncio.gather(*(ask(later) for _ in range(3)))
        await ask(later)

    asyncio.run(several())
    assert (len(times), len(calls)) == (1, 4)


def test_a_request_that_is_given_up_ends_alone() -> None:
    go_on = threading.Event()
    calls: list[Scope] = []

    def make() -> ASGIApp:
        assert go_on.wait(PATIENCE)
        return made(calls)

    async def one_is_given_up() -> None:
        later = Later(make)
        given_up, other = asyncio.create_task(ask(later)), asyncio.create_task(ask(later))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.wait([given_up])
        go_on.set()
        await other

    asyncio.run(one_is_given_up())
    assert len(calls) == 1


def test_what_can_not_be_made_is_refused_to_each_request() -> None:
    def make() -> ASGIApp:
        raise ImportError("there is no such library")

    later = Later(make)
    for _ in range(2):
        with pytest.raises(NotLoaded):
            asyncio.run(ask(later))
    assert later.there() is None
    assert isinstance(later.made.exception(), ImportError)


def test_a_server_whose_routes_can_not_be_loaded_ends_and_says_why(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['fastapi'] = None\n"
        "from penstock.compose.parent import alone\n"
        "from penstock.compose.serve import main\n"
        "sys.exit(alone(main))\n"
    )
    command = [sys.executable, "-c", program, "--home", str(tmp_path / "home"), "--port", "0"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert "server/api.py:" in ended.stderr
    assert "can't be loaded: ModuleNotFoundError: import of fastapi" in ended.stderr


def test_a_server_that_is_told_to_end_while_it_loads_ends_well(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "class Told:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'fastapi.applications':\n"
        f"            os.kill(os.getpid(), {int(signal.SIGTERM)})\n"
        "sys.meta_path.insert(0, Told())\n"
        "from penstock.compose.serve import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", program, "--home", str(tmp_path / "home"), "--port", "0"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
