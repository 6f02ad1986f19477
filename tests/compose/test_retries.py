"""Runs that are over and begin again, in an engine that takes commands and in a terminal. Tasks run in real workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.authoring import own_code
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.engine.request import RetryWish
from penstock.errors import TransitionError
from penstock.model import ids
from penstock.store import commands, outputs, replays, requests
from penstock.store.check import check
from tests.compose.test_claims import Desk
from tests.journeys.conftest import PATIENCE, until

FLOW = """
from pathlib import Path
from penstock import Pipeline
flow = Pipeline("flow", params={"n": 2, "good": False})

@flow.task
def first(n):
    return list(range(n * 100_000))

@flow.task
def second(first, good):
    if not good and not Path(__file__).with_name("good").exists():
        raise ValueError("not yet")
    return len(first)

@flow.task
def third(second):
    return second + 1
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr("tests.compose.test_claims.FLOW", FLOW)
    made = Desk(tmp_path)
    yield made
    assert check(made.database) == []
    made.database.close()


CHANGED = """
from penstock import Pipeline
from helper import told
flow = Pipeline("flow", params={"n": 2, "good": False})

@flow.task
def first(n):
    raise ValueError(told())
"""


def test_a_retry_and_a_replay_run_the_code_of_now_in_an_engine_that_has_run_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that has imported the code that failed is at hand."""
    monkeypatch.setattr("tests.compose.test_claims.FLOW", CHANGED)
    helper = tmp_path / "helper.py"
    helper.write_text("def told(): return 'old'\n")
    desk = Desk(tmp_path)
    run = desk.ask()
    with desk.engine():
        assert desk.over(run)["error"]["message"] == "old"
        for text in ("newer", "newer yet"):  # of other lengths: byte code of the same second is told by that
            helper.write_text(f"def told(): return '{text}'\n")
            assert settled(desk, command(desk, run)).state == "applied"
            assert desk.over(run)["error"]["message"] == text
        assert [attempt["error"]["message"] for attempt in desk.over(run)["tasks"][0]["attempts"]] == [
            "old", "newer", "newer yet",
        ]  # fmt: skip
        helper.write_text("def told(): return 'newest of all'\n")
        with desk.database.write() as connection:
            wanted = replays.wanted(connection, ids.key_of(run), None, {}, latest=False)
            again = replays.ask_for_replay(connection, wanted, time.time(), "ann")
        assert desk.over(again)["error"]["message"] == "newest of all"
    desk.database.close()


def failed(desk: Desk) -> str:
    run = desk.ask()
    with desk.engine():
        assert desk.over(run)["state"] == "failed"
    return run


def command(desk: Desk, run: str, **arguments: Any) -> int:
    with desk.database.write() as connection:
        return commands.add(connection, ids.key_of(run), "retry", arguments, time.time(), by="ann")


def settled(desk: Desk, number: int) -> commands.Command:
    def find() -> commands.Command | None:
        with desk.database.read() as connection:
            found = commands.find(connection, number)
        return None if found is None or found.state == "waiting" else found

    until(find, "the command is answered")
    found = find()
    assert found is not None
    return found


def tries(document: dict[str, Any]) -> dict[str, list[tuple[int, str]]]:
    return {task["name"]: [(one["generation"], one["state"]) for one in task["attempts"]] for task in document["tasks"]}


def test_a_run_whose_engine_is_gone_begins_again_in_the_next(desk: Desk) -> None:
    run = failed(desk)
    desk.file.with_name("good").touch()
    number = command(desk, run)
    with desk.engine():
        assert settled(desk, number).state == "applied"
        until(lambda: desk.document(run)["state"] == "succeeded", "it succeeds")
    document = desk.document(run)
    assert tries(document) == {
        "first": [(1, "succeeded")], "second": [(1, "failed"), (2, "succeeded")], "third": [(2, "succeeded")],
    }  # fmt: skip
    assert (document["generation"], document["error"], document["replay_of"]) == (2, None, None)


def test_the_engine_that_ran_it_begins_it_again_too(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        for generation in (1, 2, 3):
            until(lambda: desk.document(run)["ended_at"], "it fails")
            assert (desk.document(run)["state"], desk.document(run)["generation"]) == ("failed", generation)
            if generation < 3:
                assert settled(desk, command(desk, run)).state == "applied"
    assert tries(desk.document(run))["second"] == [(1, "failed"), (2, "failed"), (3, "failed")]


def test_it_begins_once_however_long_the_engine_takes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    real = commands.for_anyone

    def for_anyone(*arguments: Any) -> list[commands.Command]:
        found = real(*arguments)
        looks.append(len(found))
        return found

    monkeypatch.setattr(commands, "for_anyone", for_anyone)
    busy = threading.Event()
    run = desk.ask()
    with desk.engine() as local:
        assert desk.over(run)["state"] == "failed"
        local.engine._post(busy.wait)  # type: ignore[arg-type]
        number = command(desk, run)
        until(lambda: looks.count(1) > 5, "it is looked at again and again")
        busy.set()
        assert settled(desk, number).state == "applied"
        until(lambda: desk.document(run)["ended_at"], "it fails again")
        assert local.engine.crash is None
    assert tries(desk.document(run))["second"] == [(1, "failed"), (2, "failed")]
    with desk.database.read() as connection:
        assert connection.all("SELECT epoch FROM run") == [(2,)], "it was claimed again once"


def test_params_are_edited_when_asked_and_that_is_recorded(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        assert desk.over(run)["state"] == "failed"
        assert settled(desk, command(desk, run, params={"good": True})).state == "applied"
        until(lambda: desk.document(run)["state"] == "succeeded", "it succeeds")
    assert desk.document(run)["params"] == {"n": 2, "good": True}
    with desk.database.read() as connection:
        (told,) = connection.all("SELECT data FROM event WHERE kind = 'run.running' AND data LIKE '%generation%'")
    assert '"by": "ann"' in told[0]
    assert '"params_before": {"good": false}' in told[0]


#: What is asked of a retry, and why it is refused.
IMPOSSIBLE: list[tuple[dict[str, Any], str, str]] = [
    ({"task": "third"}, "action_refused", "its ancestor 'second' has no usable output"),
    ({"task": "fourth"}, "not_found", "no task 'fourth'"),
    ({"params": {"m": 1}}, "parameter", "no parameter 'm'"),
    ({"params": {"n": 3}}, "parameter", "'n' is read by task 'first' alone, and what that made is kept"),
]


def test_what_can_not_be_is_refused_and_changes_nothing(desk: Desk) -> None:
    run = failed(desk)
    before = desk.document(run)
    with desk.engine():
        for arguments, code, detail in IMPOSSIBLE:
            answer = settled(desk, command(desk, run, **arguments))
            assert (answer.state, answer.outcome["code"]) == ("refused", code)
            assert detail in answer.outcome["detail"]
            assert desk.document(run) == before


def test_outputs_that_are_gone_are_missed_before_anything_runs(desk: Desk) -> None:
    run = desk.ask()
    with desk.engine():
        assert desk.over(run)["state"] == "failed"
        for file in desk.home.artifacts.rglob("*"):
            if file.is_file():
                file.unlink()
        answer = settled(desk, command(desk, run))
        assert "'first', which it reads, is gone" in answer.outcome["detail"]
        desk.file.with_name("good").touch()
        assert settled(desk, command(desk, run, task="first")).state == "applied"
        until(lambda: desk.document(run)["state"] == "succeeded", "it succeeds")


def test_a_terminal_begins_a_run_again_by_itself(desk: Desk) -> None:
    run = failed(desk)
    with LocalEngine(desk.home, Settings(workers=1)) as engine:
        handle = engine.retry(ids.key_of(run), RetryWish(texts={"good": "true"}))
        assert handle.wait(PATIENCE)
        with pytest.raises(TransitionError, match="nothing of it failed"):
            engine.retry(ids.key_of(run), RetryWish())
    assert desk.document(run)["state"] == "succeeded"


def test_a_second_retry_reads_the_files_of_the_project_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ids.key_of(failed(desk))
    read: list[Path] = []
    real = own_code.digest

    def digest(root: Path, files: tuple[str, ...]) -> str:
        read.append(root)
        return real(root, files)

    monkeypatch.setattr(own_code, "digest", digest)
    with LocalEngine(desk.home, Settings(workers=1)) as engine:
        for generation in (2, 3):
            assert engine.retry(key, RetryWish()).wait(PATIENCE)
            assert desk.document(ids.run_id(key))["generation"] == generation
            assert read == [desk.file.parent]
            read.clear()


def test_of_two_terminals_one_begins_it_again(desk: Desk) -> None:
    """The first has it, and nothing of that is on record yet."""
    run = failed(desk)
    desk.file.with_name("good").touch()
    busy = threading.Event()
    key, settings = ids.key_of(run), Settings(workers=1)
    with LocalEngine(desk.home, settings) as first, LocalEngine(desk.home, settings) as second:
        first.engine._post(busy.wait)  # type: ignore[arg-type]
        handle = first.retry(key, RetryWish())
        with pytest.raises(TransitionError, match="another process just began it again"):
            second.retry(key, RetryWish())
        busy.set()
        assert handle.wait(PATIENCE)
        assert second.retry(key, RetryWish("third")).wait(PATIENCE), "who only had it keeps nobody from it"
    assert tries(desk.document(run))["third"] == [(2, "succeeded"), (3, "succeeded")]


def test_a_run_that_never_began_begins_anew(desk: Desk) -> None:
    run = desk.ask(params={"n": "many"})
    with desk.engine():
        assert desk.over(run)["tasks"] == []
        assert settled(desk, command(desk, run, params={"n": 1, "good": True})).state == "applied"
        until(lambda: desk.document(run)["state"] == "succeeded", "it succeeds")


def test_a_run_that_was_withdrawn_begins_anew(desk: Desk) -> None:
    run = desk.ask(params={"good": True})
    with desk.database.write() as connection:
        assert requests.withdraw(connection, ids.key_of(run), time.time())
    with desk.engine():
        assert settled(desk, command(desk, run)).state == "applied"
        until(lambda: desk.document(run)["state"] == "succeeded", "it succeeds")
    assert desk.document(run)["generation"] == 2


def test_a_slice_is_retried_with_what_it_had_taken(desk: Desk) -> None:
    desk.file.with_name("good").touch()
    whole = desk.ask(params={"n": 3})
    with desk.engine():
        assert desk.over(whole)["state"] == "succeeded"
        desk.file.with_name("good").unlink()
        part = desk.ask(selection={"from": ["second"]})
        assert desk.over(part)["state"] == "failed"
        assert desk.document(part)["selection"] == {"from": ["second"], "from_run": [whole]}
        desk.file.with_name("good").touch()
        later = desk.ask(params={"n": 1})
        assert desk.over(later)["state"] == "succeeded"
        assert settled(desk, command(desk, part)).state == "applied"
        until(lambda: desk.document(part)["state"] == "succeeded", "it succeeds")
    with desk.database.read() as connection:
        made = {one.dataset: one.inline for one in outputs.artifacts_of(connection, ids.key_of(part))}
    assert made == {"second": "300000", "third": "300001"}
    assert {task["name"]: task["state"] for task in desk.document(part)["tasks"]}["first"] == "skipped"
