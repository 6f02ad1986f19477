"""HEAD on the API: the headers of GET, and nothing else."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator

import httpx2
import pytest
from starlette.responses import StreamingResponse
from starlette.types import Message

from penstock.model.spec import PipelineSpec, TaskSpec
from penstock.server.heads import Heads
from tests.loopback import NO_TLS
from tests.server.streams import PATIENCE, listening
from tests.server.test_doors import filled, operations
from tests.server.world import PORT, TOKEN, World

ADDRESSES = [filled(path) for method, path in operations() if method == "get" and not path.endswith("/stream")]
THERE = [
    "/runs",
    "/runs/latest",
    "/runs/latest/graph",
    "/runs/latest/logs/content",
    "/runs/export",
    "/pipelines/flights",
]


@pytest.mark.parametrize("address", [*ADDRESSES, *(f"/api/v1{address}" for address in THERE)])
def test_head_is_answered_with_the_headers_of_get(world: World, address: str) -> None:
    tasks = {f"task{number}": TaskSpec(f"task{number}") for number in range(100)}
    world.run(version=world.define(PipelineSpec("flights", tasks=tasks)))
    for accepted in ("gzip", "identity"):
        known = world.program.get(address, headers={"Accept-Encoding": accepted})
        head = world.program.head(address, headers={"Accept-Encoding": accepted})
        assert head.status_code == known.status_code
        assert dict(head.headers) == dict(known.headers)


def test_who_has_it_already_and_who_may_not_are_told_so(world: World) -> None:
    address = f"/api/v1/runs/{world.run()}"
    tag = world.program.get(address).headers["etag"]
    assert world.program.head(address, headers={"If-None-Match": tag}).status_code == 304
    assert world.visitor.head(address).status_code == 401


def sent(path: str, method: str) -> tuple[list[Message], list[str]]:
    """What is sent of an answer of 3 parts, and how that ends."""
    ended = []

    def parts() -> Iterator[bytes]:
        try:
            for _ in range(3):
                yield b"x"
            ended.append("whole")
        finally:
            ended.append("closed")

    messages: list[Message] = []

    async def talk() -> None:
        over = asyncio.Event()

        async def receive() -> Message:
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            messages.append(message)
            if message["type"] == "http.response.body" and not message["more_body"]:
                over.set()

        scope = {"type": "http", "method": method, "path": path, "headers": []}
        await Heads(StreamingResponse(parts()))(scope, receive, send)

    asyncio.run(talk())
    gc.collect()  # what was broken off is held by the traceback of that alone
    return messages, ended


def test_a_long_body_is_ended_where_it_begins() -> None:
    messages, ended = sent("/api/v1/x", "HEAD")
    assert [message["type"] for message in messages] == ["http.response.start", "http.response.body"]
    assert (messages[1]["body"], messages[1]["more_body"]) == (b"", False)
    assert ended == ["closed"]


@pytest.mark.parametrize(("path", "method"), [("/api/v1/x", "GET"), ("/apix", "HEAD")])
def test_nothing_else_is_touched(path: str, method: str) -> None:
    messages, ended = sent(path, method)
    assert b"".join(message.get("body", b"") for message in messages) == b"xxx"
    assert ended == ["whole", "closed"]


def test_the_stream_has_a_head_and_an_end(world: World) -> None:
    with listening(world) as server:
        host, port = server.address
        headers = {"Host": f"127.0.0.1:{PORT}", "Authorization": f"Bearer {TOKEN}"}
        origin = f"http://{host}:{port}/api/v1"
        with httpx2.Client(
            base_url=origin, headers=headers, timeout=PATIENCE, trust_env=False, verify=NO_TLS
        ) as client:
            head = client.head("/stream")
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-type"].startswith("text/event-stream")
            # Its connection takes the next question, and nothing of the stream stands before that answer.
            assert client.get("/runs").json()["items"] == []
            assert client.head("/runs").headers["content-length"] == client.get("/runs").headers["content-length"]
