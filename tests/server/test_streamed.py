"""What a long answer reads from is left when it ends, also where its reader goes away in the middle."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penstock.agent.logs import LogFile
from penstock.artifacts.reader import Readers, pool
from penstock.artifacts.reader.process import Process
from penstock.model.artifact import Artifact
from penstock.server import streamed
from penstock.server.routes import outputs
from penstock.server.streamed import Streamed
from penstock.store.rows import Commit
from tests.server.stored import RUN, Home
from tests.server.streams import PATIENCE, Listening, listening
from tests.server.world import PORT, TOKEN, World
from tests.store import made

#: More than the buffers between two sockets and two steps of a download hold.
MUCH = 4 << 20
#: A reader of tables whose answer has no end.
ENDLESS = (
    "import os, struct; input(); [os.write(1, struct.pack('!cI', b'p', 4096) + bytes(4096)) for _ in iter(int, 1)]"
)


@pytest.fixture(autouse=True)
def _nothing_is_collected() -> Iterator[None]:
    """As on a server with little to do."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


# --- by messages --------------------------------------------------------------------------------------


class Held:
    """Tells when it is left."""

    left = False

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        self.left = True


async def waits() -> Message:
    return await asyncio.Future[Message]()


async def has_gone() -> Message:
    return {"type": "http.disconnect"}


async def takes(_message: Message) -> None: ...


async def breaks(message: Message) -> None:
    if message["type"] == "http.response.body":
        raise OSError


def sound() -> Iterator[bytes]:
    yield from (b"1", b"2", b"3")


def damaged() -> Iterator[bytes]:
    yield b"1"
    raise ValueError


@pytest.mark.parametrize(
    ("parts", "receive", "send", "version", "error"),
    [
        pytest.param(sound, waits, takes, "2.3", None, id="whole"),
        pytest.param(sound, has_gone, takes, "2.3", None, id="gone before it began"),
        pytest.param(sound, waits, breaks, "2.4", ClientDisconnect, id="gone in the middle"),
        pytest.param(damaged, waits, takes, "2.3", ValueError, id="damaged in the middle"),
    ],
)
def test_it_is_left_however_the_answer_ends(
    parts: Callable[[], Iterator[bytes]], receive: Receive, send: Send, version: str, error: type[Exception] | None
) -> None:
    held = Held()
    answer = Streamed(parts(), held, {}, "text/plain")
    talk = answer({"type": "http", "asgi": {"spec_version": version}}, receive, send)
    assert not held.left
    if error is None:
        asyncio.run(talk)  # type: ignore[arg-type]  # a coroutine
    else:
        with pytest.raises(error):
            asyncio.run(talk)  # type: ignore[arg-type]
    assert held.left


def test_it_is_left_by_a_server_that_ends() -> None:
    held = Held()

    async def talk() -> None:
        begun = asyncio.Event()

        async def stalls(message: Message) -> None:
            if message["type"] == "http.response.body":
                begun.set()
                await waits()

        answer = Streamed(sound(), held, {}, "text/plain")
        task = asyncio.ensure_future(answer({"type": "http"}, waits, stalls))
        await begun.wait()
        assert not held.left
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(talk())
    assert held.left


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_it_is_left_when_its_reader_takes_nothing(
    version: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(streamed, "STALLED", 0.01)
    held = Held()

    async def stalls(message: Message) -> None:
        if message["type"] == "http.response.body":
            await waits()

    answer = Streamed(sound(), held, {}, "text/plain")
    asyncio.run(answer({"type": "http", "path": "/export", "asgi": {"spec_version": version}}, waits, stalls))  # type: ignore[arg-type]  # a coroutine
    assert held.left
    assert caplog.messages == ["/export: nothing of it was read for 0.01 s, so it was broken off"]


# --- by bytes -----------------------------------------------------------------------------------------


class Leaving:
    """Readers of a server who go away in the middle of an answer."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._ended = threading.Event()
        world.app.add_middleware(_Telling, ended=self._ended)

    def begin(self, server: Listening, address: str) -> socket.socket:
        """The connection of somebody who read the first of an answer, and no more of it."""
        reader = socket.socket()
        reader.settimeout(PATIENCE)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(server.address)
        fields = {"Host": f"127.0.0.1:{PORT}", "Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
        lines = [f"GET /api/v1{address} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        reader.sendall("\r\n".join(lines).encode())
        got = b""
        while b"\r\n\r\n" not in got or got.endswith(b"\r\n\r\n"):
            part = reader.recv(1000)
            assert part, got
            got += part
        assert got.startswith(b"HTTP/1.1 200 "), got
        return reader

    def leave(self, reader: socket.socket) -> None:
        """When this returns, the app is done with it."""
        self._ended.clear()
        reader.close()
        self.wait()

    def wait(self) -> None:
        """Until the app is done with an answer."""
        assert self._ended.wait(PATIENCE)

    def open_files(self) -> list[Path]:
        """Those of the world that are open, but the database."""
        paths = [Path(each.path) for each in psutil.Process().open_files()]
        return [path for path in paths if path.is_relative_to(self.world.folder) and "penstock.db" not in path.name]

    def is_read(self) -> bool:
        """Does somebody read what the database was before the last change?"""
        with closing(sqlite3.connect(self.world.folder / "penstock.db", timeout=0)) as connection:
            return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


class _Telling:
    """Tells when an answer has ended."""

    def __init__(self, app: ASGIApp, ended: threading.Event) -> None:
        self._app = app
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            self._ended.set()


@pytest.fixture
def leaving(world: World) -> Leaving:
    return Leaving(world)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_of_runs_leaves_the_database(world: World, leaving: Leaving, form: str) -> None:
    long = json.dumps({"note": "x" * (MUCH // 1000)})
    rows = [made.run(made.key_at(at), state="succeeded", params=long) for at in range(1000)]
    world.write(Commit(versions=[made.version()], new_runs=rows))
    with listening(world) as server:
        reader = leaving.begin(server, f"/runs/export?format={form}")
        world.run(2000)
        assert leaving.is_read()
        leaving.leave(reader)
        assert not leaving.is_read()


def test_who_stays_and_reads_nothing_holds_up_no_export_for_ever(
    world: World, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed, "STALLED", 0.2)
    long = json.dumps({"note": "x" * (MUCH // 1000)})
    rows = [made.run(made.key_at(at), state="succeeded", params=long) for at in range(1000)]
    world.write(Commit(versions=[made.version()], new_runs=rows))
    with listening(world) as server:
        reader = leaving.begin(server, "/runs/export?format=csv")
        world.run(2000)
        leaving.wait()
        assert not leaving.is_read()
        reader.close()


def test_a_download_of_logs_leaves_its_files(world: World, leaving: Leaving) -> None:
    rows = [made.task_run(0)]
    commit = Commit(versions=[made.version()], new_runs=[made.run()], new_task_runs=rows, new_attempts=[made.attempt()])
    world.write(commit)
    log = LogFile(str(world.service.logs / f"{made.KEY}/0.1.jsonl"))
    for number in range(6000):
        log.record(made.START + number, "info", "shop", "x" * (MUCH // 6000))
    log.close()
    with listening(world) as server:
        _sees_its_files_left(leaving, server, f"/runs/{RUN}/logs/content")


def test_a_download_of_a_stored_value_leaves_its_file(
    world: World, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "_WHOLE", 1 << 20)
    Home(world.folder).store("raw", bytes(MUCH))
    with listening(world) as server:
        _sees_its_files_left(leaving, server, f"/runs/{RUN}/outputs/raw/content")


def test_a_download_of_what_the_project_keeps_leaves_its_file(world: World, leaving: Leaving) -> None:
    world.service.project.mkdir()
    (world.service.project / "raw.bin").write_bytes(bytes(MUCH))
    place = {"type": "pickle.PickleDataset", "path": "raw.bin", "version": None, "format": None}
    Home(world.folder).keep("raw", Artifact("dataset", json.dumps(place), None, MUCH, None, None, None, "bytes"))
    with listening(world) as server:
        _sees_its_files_left(leaving, server, f"/runs/{RUN}/outputs/raw/content")


def _sees_its_files_left(leaving: Leaving, server: Listening, address: str) -> None:
    reader = leaving.begin(server, address)
    assert leaving.open_files()
    leaving.leave(reader)
    assert leaving.open_files() == []


def test_an_export_of_a_table_leaves_its_place_to_the_next(
    world: World, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "EXPORTS", 1)
    address = f"/runs/{RUN}/outputs/raw/content?format=csv"
    Home(world.folder).store("raw", bytes(MUCH))
    world.api.state.readers = Readers(world.service.artifacts, start=lambda: Process(("-c", ENDLESS)))
    with listening(world) as server:
        reader = leaving.begin(server, address)
        assert world.program.get(f"/api/v1{address}").json()["code"] == "too_many_looks"
        leaving.leave(reader)
        leaving.leave(leaving.begin(server, address))
