"""The live stream: every change once, to all that read, until they may not or the server ends."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from penstock.compose.serve import GRACE
from penstock.errors import StoreBusy
from penstock.model import ids
from penstock.model.spec import PipelineSpec
from penstock.server.live import news, poller, readers, stream
from penstock.server.live.frames import Batch
from penstock.store import changes, sessions
from penstock.store.definitions import Found, record_definitions
from penstock.store.rows import Commit
from tests.loopback import NO_TLS
from tests.server.streams import PATIENCE, Listening, listening
from tests.server.test_serve import ends, origin, serving
from tests.server.world import COOKIE, PORT, TOKEN, World
from tests.store import made

RUN = ids.run_id(made.KEY)
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def live(world: World) -> Iterator[Listening]:
    with listening(world) as serving:
        yield serving


def start(world: World, tasks: int = 2) -> None:
    """The run that is watched."""
    commit = made.first_commit(tasks=tasks)
    commit.new_attempts.append(made.attempt(0, state="running"))
    world.write(commit)


def update(world: World, seq: int = 0, version: int = 1, **facts: Any) -> None:
    """A task run changes, with its event."""
    row = made.task_run_update(seq, **{"row_version": version + 1, "expected": version} | facts)
    world.write(Commit(task_run_updates=[row], events=[made.event("task_run.succeeded", seq)]))


# --- what is told ---------------------------------------------------------------------------------------


def test_a_snapshot_comes_first_then_what_happens(live: Listening) -> None:
    live.world.run(0)
    with live.reading() as reading:
        assert reading.answer.headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in reading.answer.headers["cache-control"]
        assert "content-encoding" not in reading.answer.headers
        first = reading.next()
        assert (first.kind, first.data["watched"], first.data["counts"]["running"]) == ("snapshot", None, 1)
        assert first.id == first.data["id"]
        run = live.world.run(1)
        change = reading.next()
    assert change.kind == "change"
    assert change.runs == [run]
    assert change.id is not None
    assert first.id is not None
    assert change.id > first.id


def test_tasks_are_told_to_those_who_watch_their_run(live: Listening) -> None:
    start(live.world)
    other = live.world.run(5)
    with live.reading(run=RUN) as watching, live.reading(run=other) as elsewhere, live.reading() as listing:
        assert watching.next().data["watched"] == RUN
        elsewhere.next(), listing.next()
        update(live.world)
        told = watching.until("task")
        assert [(task["run_id"], task["name"], task["state"]) for task in told.changes("task")] == [
            (RUN, "task0", "succeeded")
        ]
        for reading in (elsewhere, listing):
            event = reading.until("run")
            assert (event.runs, event.changes("task")) == ([RUN], [])


def test_all_hear_of_runs_that_were_deleted_also_those_who_come_back(live: Listening) -> None:
    gone = live.world.run(7, state="failed", ended_at=made.AT + 9)
    with live.reading() as reading:
        before = reading.next().id
        answer = live.world.program.post(f"/api/v1/runs/{gone}/actions/delete")
        assert answer.status_code == 200, answer.text
        assert reading.until("deleted").changes("deleted") == [{"kind": "deleted", "ids": [gone]}]
    with live.reading(last_event_id=str(before)) as reading:
        assert reading.until("deleted").changes("deleted") == [{"kind": "deleted", "ids": [gone]}]


def test_progress_and_logs_of_a_watched_run_are_told(live: Listening) -> None:
    start(live.world)
    path = live.world.service.logs / f"{made.KEY}/0.1.jsonl"
    with live.reading(run=RUN) as reading:
        first = reading.next()
        row = made.task_run_update(0, state="running", ended_at=None, progress_done=3.0, progress_total=9.0)
        live.world.write(Commit(task_run_updates=[row]))  # no event, as an engine does it
        told = reading.until("task")
        assert told.changes("task")[0]["progress"] == {"done": 3.0, "total": 9.0}
        assert told.id is None  # it resumes from the last event
        path.parent.mkdir(parents=True)
        for text in ("a line\n", "another\n"):
            with open(path, "a") as file:
                file.write(text)
            assert reading.until("logs").changes("logs") == [{"kind": "logs", "run_id": RUN}]
        assert first.kind == "snapshot"


def test_the_last_lines_of_an_attempt_are_told_when_it_ends(live: Listening) -> None:
    start(live.world)
    path = live.world.service.logs / f"{made.KEY}/0.1.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("a line\n")
    with live.reading(run=RUN) as reading:
        reading.until("logs")  # of the first look
        live.world.write(Commit(attempt_updates=[made.attempt_update(0)], events=[made.event("task_run.succeeded", 0)]))
        reading.until("logs")


def test_labels_requests_and_definitions_are_told(live: Listening) -> None:
    run = live.world.run(0)
    live.world.define(PipelineSpec("flights", tasks={}))
    with live.reading() as reading:
        reading.next()
        answer = live.world.program.post(f"/api/v1/runs/{run}/actions/labels", json={"set": {"owner": "me"}})
        assert answer.status_code == 200
        assert [change["run"]["labels"] for change in reading.until("run").changes("run")] == [{"owner": "me"}]
        asked = live.world.program.post("/api/v1/runs", json={"pipeline": "flights"}).json()["id"]
        assert reading.until("run").runs == [asked]
        found = Found("default", "other", "v1", "{}", "other.py")
        with live.world.database.write() as connection:
            record_definitions(connection, [found], [], time.time())
        assert reading.until("pipelines").changes("pipelines") == [{"kind": "pipelines"}]


def test_silence_is_broken_by_comments(live: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHECK", 0.05)
    monkeypatch.setattr(stream, "QUIET", 0.1)
    with live.reading() as reading:
        assert [reading.next().kind for _ in range(3)] == ["snapshot", "comment", "comment"]


# --- going on ---------------------------------------------------------------------------------------------


def test_readers_that_come_and_go_hear_of_every_run_once(live: Listening) -> None:
    """Each run has one event. Somebody commits all the time; three readers break off again and again."""
    wanted = [ids.run_id(made.key_at(at)) for at in range(300)]

    def commit() -> None:
        for at in range(300):
            live.world.run(at)

    writer = threading.Thread(target=commit)
    told: list[list[str]] = [[], [], []]
    begun = threading.Barrier(4, timeout=PATIENCE)

    def read(number: int) -> None:
        with live.reading() as reading:
            last = reading.next().id
        begun.wait()
        told[number] += _heard(live, last, len(wanted), batches=number + 1)

    people = [threading.Thread(target=read, args=(number,)) for number in range(3)]
    for person in people:
        person.start()
    begun.wait()
    writer.start()
    for thread in (*people, writer):
        thread.join(60)
    assert [sorted(runs) for runs in told] == [wanted] * 3


def _heard(live: Listening, last: int | None, count: int, batches: int) -> list[str]:
    """The runs that somebody hears of who breaks off after each few batches and goes on from there."""
    told: list[str] = []
    while len(told) < count:
        with live.reading(last_event_id=last) as reading:
            for _ in range(batches):
                event = reading.next()
                assert event.kind == "change"
                assert event.id is not None
                assert last is not None
                assert event.id > last
                last, told = event.id, told + event.runs
                if len(told) >= count:
                    break
    return told


def test_who_resumes_is_told_of_tasks_too(live: Listening) -> None:
    start(live.world)
    with live.reading(run=RUN) as reading:
        last = reading.next().id
    update(live.world, 1)
    with live.reading(run=RUN, last_event_id=last) as reading:
        event = reading.next()
    assert event.runs == [RUN]
    assert [task["name"] for task in event.changes("task")] == ["task1"]


def test_the_header_of_browsers_resumes(live: Listening) -> None:
    run = live.world.run(0)
    credentials = {"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": "0"}
    with live.reading(credentials) as reading:
        assert reading.next().runs == [run]


@pytest.mark.parametrize("why", ["too many events", "too many runs", "another database"])
def test_who_missed_too_much_starts_over(live: Listening, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    for at in range(5):
        live.world.run(at)
    if why == "too many events":
        since = changes.since
        monkeypatch.setattr(changes, "since", lambda *args, **how: since(*args, **how)._replace(more=True))
    elif why == "too many runs":
        monkeypatch.setattr(news, "MOST_RUNS", 4)
    with live.reading(last_event_id=10_000 if why == "another database" else 0) as reading:
        event = reading.next()
    assert (event.kind, event.data["counts"]["running"]) == ("snapshot", 5)


def test_more_than_can_be_told_one_by_one_lets_all_start_over(live: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "MOST_RUNS", 4)
    with live.reading() as reading:
        first = reading.next()
        rows = [made.run(made.key_at(at)) for at in range(5)]
        live.world.write(Commit(new_runs=rows, events=[made.event(key=row.key) for row in rows]))
        again = reading.next()
        run = live.world.run(9)
        assert reading.next().runs == [run]
    assert [first.kind, again.kind] == ["snapshot", "snapshot"]
    assert again.data["counts"]["running"] == 5


def test_many_tasks_at_once_let_those_who_watch_start_over(live: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_TASKS", 3)
    start(live.world, tasks=4)
    with live.reading(run=RUN) as watching, live.reading() as listing:
        watching.next(), listing.next()
        live.world.write(Commit(events=[made.event("task_run.queued", seq) for seq in range(4)]))
        assert watching.until("snapshot").data["watched"] == RUN
        assert listing.next().kind == "change"


def test_a_slow_reader_starts_over_and_others_do_not_wait(live: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ROOM", 100_000)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        slow.connect(live.address)
        head = f"Host: 127.0.0.1:{PORT}\r\nAuthorization: Bearer {TOKEN}\r\n"
        slow.sendall(f"GET /api/v1/stream HTTP/1.1\r\n{head}\r\n".encode())
        slow.settimeout(PATIENCE)
        read = b""
        while b"event: snapshot" not in read:
            read += slow.recv(1000)
        with live.reading() as quick:
            quick.next()
            last = ""
            for at in range(20):
                last = live.world.run(at, params='{"text": "' + "x" * 50_000 + '"}')
                while last not in quick.next().runs:
                    pass
        # Only now does it read, what was under way and then a new start.
        while b"event: snapshot" not in read[-20_000:] or read.count(b"event: snapshot") < 2:
            read += slow.recv(65_536)
        live.world.run(200)
        while ids.run_id(made.key_at(200)).encode() not in read:
            read += slow.recv(65_536)
    assert read.count(b"event: snapshot") == 2
    assert last.encode() not in read


def test_a_database_that_can_not_be_read_for_a_while_loses_nothing(
    live: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "AGAIN", 0.01)
    since, failed = changes.since, threading.Event()

    def busy(*args: Any, **how: Any) -> changes.Since:
        if failed.is_set():
            return since(*args, **how)
        failed.set()
        raise StoreBusy

    with live.reading() as reading:
        reading.next()
        monkeypatch.setattr(changes, "since", busy)
        run = live.world.run(0)
        assert reading.next().runs == [run]
    assert failed.is_set()


# --- who may read, and how it ends ------------------------------------------------------------------------


def test_needs_credentials(live: Listening) -> None:
    with live.reading({"Authorization": "Bearer wrong"}) as reading:
        assert reading.answer.status_code == 401


def test_a_session_that_is_revoked_ends_its_stream(live: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "CHECK", 0.1)
    secret = live.world.person().cookies[COOKIE]
    with live.reading({"Cookie": f"{COOKIE}={secret}"}) as reading, live.reading() as other:
        reading.next(), other.next()
        with live.world.database.write() as connection:
            assert sessions.end_session(connection, secret)
        assert [event for event in reading.rest() if event.kind != "comment"] == []
        live.world.run(0)
        assert other.until("run")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [({"run": "7" * 13}, 404, "not_found"), ({"run": "?"}, 404, "not_found"), ({"last_event_id": "x"}, 422, "usage"),
     ({"last_event_id": -1}, 422, "usage"), ({"runs": RUN}, 422, "usage")],
)  # fmt: skip
def test_wrong_questions_are_told(live: Listening, query: dict[str, Any], status: int, code: str) -> None:
    with live.reading(**query) as reading:
        reading.answer.read()
        assert (reading.answer.status_code, reading.answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "\u00b2"])
def test_a_wrong_header_is_told(live: Listening, number: str) -> None:
    credentials = {"Authorization": f"Bearer {TOKEN}", "Last-Event-ID": number.encode("latin-1").decode("latin-1")}
    with live.reading({name: value.encode("latin-1") for name, value in credentials.items()}) as reading:
        assert reading.answer.status_code == 422


def test_more_streams_than_there_may_be_are_refused(live: Listening) -> None:
    with live.reading() as reading:
        reading.next()
        live.world.api.state.hub._most = 1
        with live.reading() as refused:
            refused.answer.read()
            assert (refused.answer.status_code, refused.answer.json()["code"]) == (503, "too_many_streams")
            assert "close some windows" in refused.answer.json()["cure"]


def test_a_reader_that_goes_makes_room(live: Listening) -> None:
    with live.reading() as reading:
        reading.next()
    live.world.api.state.hub._most = 1
    left = threading.Event()
    # The server hears of it a moment later.
    for _ in range(100):
        with live.reading() as reading:
            if reading.answer.status_code == 200:
                break
        left.wait(0.05)
    assert reading.answer.status_code == 200


def test_streams_end_when_the_server_does(live: Listening) -> None:
    with live.reading() as one, live.reading() as two:
        one.next(), two.next()
        live.close_streams()
        assert one.rest() == two.rest() == []


def test_the_process_ends_at_once_though_streams_are_open(tmp_path: Path) -> None:
    with serving(tmp_path, PENSTOCK_TOKEN=TOKEN) as (process, link):
        streams = [
            httpx2.Client(timeout=PATIENCE, verify=NO_TLS).stream(
                "GET", f"{origin(link)}/api/v1/stream", headers=BEARER
            )
            for _ in range(3)
        ]
        with streams[0] as one, streams[1] as two, streams[2] as three:
            answers = [answer.iter_text() for answer in (one, two, three)]
            assert all("event: snapshot" in next(answer) for answer in answers)
            before = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert ends(process) == (0, "")
            assert time.monotonic() - before < GRACE
            assert ["".join(answer) for answer in answers] == [""] * 3


# --- written once -----------------------------------------------------------------------------------------


def test_a_batch_is_written_once_for_all_who_hear_the_same() -> None:
    batch = Batch(7, frozenset([1]), b'{"kind":"pipelines"}', {1: b'{"kind":"task"}'})
    assert batch.frame(None) is batch.frame(None) is batch.frame(2)
    assert batch.frame(1) is batch.frame(1)
    assert batch.frame(1) == b'id: 7\nevent: change\ndata: {"changes":[{"kind":"pipelines"},{"kind":"task"}]}\n\n'
    assert Batch(7, frozenset()).frame(None) == b""


def test_who_comes_while_a_batch_is_made_gets_what_it_lacks_from_the_store() -> None:
    async def told() -> None:
        reader = readers.Reader(watched=5, after=None)
        reader.go_on(10)
        reader.put(Batch(11, frozenset([5]), b"1"))
        reader.put(Batch(12, frozenset([6]), b"2"))  # made when others watched
        reader.put(Batch(13, frozenset([5]), b"3"))
        assert (reader.upto, reader.behind) == (11, True)
        assert (await reader.take(0)).count(b"data:") == 1
        reader.go_on(13)
        reader.put(Batch(14, frozenset([5]), b"4"))
        assert b"4" in await reader.take(0)
        assert (reader.upto, reader.behind) == (14, False)
        nobody = readers.Reader(watched=None, after=None)
        nobody.go_on(10)
        nobody.put(Batch(11))
        assert nobody.behind

    asyncio.run(told())
