"""A server that listens, in a thread of this process, and people who read its stream."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx2
from uvicorn import Config, Server

from penstock.wire.service import Changes, Snapshot
from tests.loopback import NO_TLS
from tests.server.world import PORT, TOKEN, World

#: Seconds after which something that must come has not come.
PATIENCE = 60.0


class Event(NamedTuple):
    """`id` is None for an event without one. A comment has no data."""

    kind: str
    id: int | None
    data: Any

    @property
    def runs(self) -> list[str]:
        return [change["run"]["id"] for change in self.changes("run")]

    def changes(self, kind: str) -> list[dict[str, Any]]:
        return [change for change in self.data["changes"] if change["kind"] == kind]


class Reading:
    """A stream that is open."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.answer = answer
        self._events = self._parsed(answer.iter_lines())

    def next(self) -> Event:
        """The next event. Raises httpx2.ReadTimeout when none comes."""
        return next(self._events)

    def until(self, kind: str) -> Event:
        """The next event with changes of this kind, or of this name."""
        while True:
            event = self.next()
            if event.kind == kind or (event.kind == "change" and event.changes(kind)):
                return event

    def rest(self) -> list[Event]:
        """All until the server ends the stream."""
        return list(self._events)

    def _parsed(self, lines: Iterator[str]) -> Iterator[Event]:
        fields: dict[str, str] = {}
        for line in lines:
            if line.startswith(":"):
                yield Event("comment", None, line)
            elif line:
                name, _, value = line.partition(": ")
                assert name not in fields
                fields[name] = value
            elif "event" in fields:
                yield _event(fields)
                fields = {}
            else:
                fields = {}


def _event(fields: dict[str, str]) -> Event:
    data = json.loads(fields["data"])
    {"snapshot": Snapshot, "change": Changes}[fields["event"]].model_validate(data, strict=True)
    number = int(fields["id"]) if "id" in fields else None
    return Event(fields["event"], number, data)


class Listening:
    """The server; `origin` is where it listens."""

    def __init__(self, world: World, listener: socket.socket) -> None:
        self.world = world
        self.address = listener.getsockname()
        config = Config(world.app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=5)
        self.server = Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listener]}, daemon=True)
        self.thread.start()

    def close_streams(self) -> None:
        """As the server process does when it is told to end."""
        state = self.world.api.state
        loop = state.hub.loop if hasattr(state, "hub") else None
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.world.service.closing.set)

    def end(self) -> None:
        self.close_streams()
        self.server.should_exit = True
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    @contextmanager
    def reading(self, credentials: dict[str, str] | None = None, **query: Any) -> Iterator[Reading]:
        """A stream. Its answer may be a refusal."""
        headers = credentials or {"Authorization": f"Bearer {TOKEN}"}
        host, port = self.address
        with (
            httpx2.Client(timeout=PATIENCE, trust_env=False, verify=NO_TLS) as client,
            client.stream(
                "GET",
                f"http://{host}:{port}/api/v1/stream",
                params=query,
                headers={"Host": f"127.0.0.1:{PORT}", **headers},
            ) as answer,
        ):
            yield Reading(answer)


@contextmanager
def listening(world: World) -> Iterator[Listening]:
    """Serve a world until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # Small, so that who does not read is noticed before megabytes were sent.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        made = Listening(world, listener)
        try:
            yield made
        finally:
            made.end()
