"""Errors over HTTP: our code, a cure, and nothing of the machine that the server runs on."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from itertools import islice

import pytest
from fastapi.testclient import TestClient

from penstock import errors
from penstock.server import problems, refusals
from penstock.server.problems import answer, status_of
from penstock.server.writing import WAITING
from penstock.wire.base import Problem
from tests.server.world import TOKEN, World, problem


def kinds(root: type[errors.PenstockError]) -> Iterator[type[errors.PenstockError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def make(kind: type[errors.PenstockError]) -> errors.PenstockError:
    if kind is refusals.TooManyTries:
        return refusals.TooManyTries(3)
    return kind("it is at /home/ann/.penstock and postgresql://ann:pw@db/x", cure="look at /home/ann")


@pytest.mark.parametrize("kind", sorted(set(kinds(errors.PenstockError)), key=lambda kind: kind.__qualname__))
def test_every_error_is_a_problem_document(kind: type[errors.PenstockError]) -> None:
    error = make(kind)
    told = answer(error)
    body = Problem.model_validate_json(bytes(told.body))
    assert (body.status, body.code) == (told.status_code, kind.code)
    assert 400 <= body.status < 600
    assert told.headers["content-type"] == "application/problem+json"
    assert told.headers["cache-control"] == "no-store"
    if body.status >= 500:
        assert "/home" not in str(told.body)
        assert "postgresql" not in str(told.body)
        assert body.cure
    if body.status in (429, 503):
        assert int(told.headers["retry-after"]) > 0


def test_codes_are_told_apart() -> None:
    found = {kind.code for kind in kinds(errors.PenstockError)}
    assert len(found) > 30


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFound, 404),
        (errors.UsageError, 422),
        (errors.ParameterError, 422),
        (errors.NameTaken, 409),
        (errors.StoreBusy, 503),
        (errors.DiskFull, 503),
        (errors.StaleWrite, 409),
        (errors.Fenced, 409),
        (errors.StoreCorrupt, 500),
        (errors.ArtifactCorrupt, 409),
        (errors.PenstockError, 500),
    ],
)
def test_statuses_mean_what_they_say(kind: type[errors.PenstockError], status: int) -> None:
    assert status_of(kind()) == status


def test_what_nobody_foresaw_is_told_to_us_and_not_to_them(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of /etc/passwd")

    monkeypatch.setattr("penstock.store.runs.list_runs", broken)
    with caplog.at_level(logging.ERROR):
        body = problem(world.program.get("/api/v1/runs"), 500, "internal")
    assert "secret" not in str(body)
    assert "Traceback" not in str(body)
    assert "secret of /etc/passwd" in caplog.text
    assert len([record for record in caplog.records if record.name == "penstock.server"]) == 1


def test_words_of_others_forge_no_lines_of_our_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer(errors.StoreError("a\npenstock: all is well"))
    assert "\npenstock: all is well" not in caplog.text


def test_a_long_detail_is_cut(world: World) -> None:
    body = problem(world.program.get("/api/v1/runs/" + "x" * 9000), 404)
    assert len(body["detail"]) <= problems.LONGEST + 1


def test_half_a_character_is_told_as_such() -> None:
    body = Problem.model_validate_json(bytes(answer(errors.UsageError("it is \ud800")).body))
    assert body.detail == "it is ?"


def test_unknown_addresses_and_methods(world: World) -> None:
    problem(world.program.get("/api/v1/nothing"), 404, "not_found")
    wrong = world.program.put("/api/v1/runs", json={})
    assert problem(wrong, 405, "method")["cure"] == "use GET, POST"
    assert wrong.headers["allow"] == "GET, HEAD, POST"
    only = world.program.head("/api/v1/runs/latest/actions/cancel")
    assert (only.status_code, only.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("query", "where", "told"),
    [
        ("limi=5", "limi", "did you mean 'limit'?"),
        ("limit=0", "limit", "write 1 or more"),
        ("limit=501", "limit", "write 500 or less"),
        ("limit=x", "limit", "'x' is no whole number"),
        ("limit=99999999999999999999", "limit", "write 500 or less"),
        ("sort=-creatd_at", "sort", "did you mean '-created_at'?"),
        ("state=faild", "state", "did you mean 'failed'?"),
        ("type=!tset", "type", "did you mean 'test'?"),
        ("created_after=yesterday", "created_after", "is no time"),
        ("duration_gt=nan", "duration_gt", "finite"),
        ("duration_gt=x", "duration_gt", "'x' is no number"),
        ("q=" + "x" * 1001, "q", "1,000"),
        ("&".join(["state=failed"] * 201), "state", "200"),
    ],
)
def test_a_wrong_query_is_told_with_the_right_words(world: World, query: str, where: str, told: str) -> None:
    body = problem(world.program.get(f"/api/v1/runs?{query}"), 422, "usage")
    (part,) = body["errors"]
    assert part["where"] == where
    assert told in part["detail"]
    assert body["cure"]


@pytest.mark.parametrize(
    ("asked", "where", "detail", "cure"),
    [
        (
            {"type": "tset"},
            "type",
            "there is no 'tset'",
            "did you mean 'test'? there are standard, test, debug, incremental",
        ),
        ({"type": "zzz"}, "type", "there is no 'zzz'", "there are standard, test, debug, incremental"),
        ({"type": 5}, "type", "5 is no choice", "there are standard, test, debug, incremental"),
        ({"type": False}, "type", "false is no choice", "there are standard, test, debug, incremental"),
        ({"type": {"a": None}}, "type", "an object is no choice", "there are standard, test, debug, incremental"),
        ({"params": []}, "params", "a list is no object", "write an object"),
        ({"params": None}, "params", "null is no object", "write an object"),
        ({"only": "a"}, "only", "'a' is no list", "write a list"),
        ({"labels": {"a": 1}}, "labels.a", "1 is no text", "write a text, in quotes"),
        ({"refresh": "maybe"}, "refresh", "'maybe' is neither true nor false", "write true or false"),
        ({"pipeline": None}, "pipeline", "null is no text", "write a text, in quotes"),
        ({"pipeline": True}, "pipeline", "true is no text", "write a text, in quotes"),
        ({"refresh": None}, "refresh", "null is neither true nor false", "write true or false"),
        ({"foo": 1}, "foo", "there is no such key", "GET /api/v1/openapi.json tells what each address takes"),
    ],
)
def test_a_wrong_body_is_told_once_with_its_cure(
    world: World, asked: dict[str, object], where: str, detail: str, cure: str
) -> None:
    body = problem(world.program.post("/api/v1/runs", json={"pipeline": "flow", **asked}), 422, "usage")
    assert (body["detail"], body["cure"]) == (f"{where}: {detail}", cure)
    (part,) = body["errors"]
    assert (part["where"], part["detail"].startswith(detail)) == (where, True)


def test_what_is_missing_is_named(world: World) -> None:
    body = problem(world.program.post("/api/v1/runs", json={}), 422, "usage")
    assert (body["detail"], body["cure"]) == ("pipeline: it is missing", "add it")
    body = problem(world.program.post("/api/v1/runs", content="[1", headers={"Content-Type": "application/json"}), 400)
    assert body["cure"]


def test_a_wrong_value_is_told_with_the_right_words(world: World) -> None:
    body = problem(world.program.get("/api/v1/runs?state=faild"), 422)
    assert "did you mean 'failed'?" in str(body)


def test_all_mistakes_are_told_at_once(world: World) -> None:
    body = problem(world.program.get("/api/v1/runs?limit=0&sort=x"), 422)
    assert {part["where"] for part in body["errors"]} == {"limit", "sort"}


@pytest.mark.parametrize(
    "query",
    [
        "created_after=2013-01-01",
        "created_after=2013-01-01T00:00:00Z",
        "created_after=2013-01-01T01:00:00%2B01:00",
        "created_after=2013-01-01T01:00:00+01:00",
    ],
)
def test_times_are_read_in_their_zones(world: World, query: str) -> None:
    first, second = world.run(-1), world.run(1)
    assert first < second
    items = world.program.get(f"/api/v1/runs?{query}").json()["items"]
    assert [item["id"] for item in items] == [second]


def test_a_locked_database_says_when_to_come_again(world: World) -> None:
    """Reading goes on; writing says 503, and works when the lock is gone."""
    other = sqlite3.connect(world.folder / "penstock.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = world.program.post("/api/v1/views", json={"name": "a", "query": ""})
    problem(refused, 503, "store_busy")
    assert int(refused.headers["retry-after"]) > 0
    assert world.program.get("/api/v1/views").json() == {"items": []}
    other.execute("ROLLBACK")
    other.close()
    assert world.program.post("/api/v1/views", json={"name": "a", "query": ""}).status_code == 201


def test_who_waits_to_write_keeps_nobody_from_reading(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More writers than threads: some wait, the others are told at once, and reading goes on."""
    monkeypatch.setattr("penstock.server.writing.PATIENCE", 60.0)

    waiting = WAITING - 1  # the test itself has one of the places

    def write(client: TestClient, number: int) -> int:
        return client.post("/api/v1/views", json={"name": f"v{number}", "query": ""}).status_code

    # One loop with its threads for all requests, as a server has.
    with world.client(Authorization=f"Bearer {TOKEN}") as shared, ThreadPoolExecutor(61) as pool:
        with world.service.writing():
            writers = [pool.submit(write, shared, number) for number in range(60)]
            told = [each.result() for each in islice(as_completed(writers, timeout=30), 60 - waiting)]
            read = pool.submit(shared.get, "/api/v1/views").result(timeout=30)
        answers = [writer.result() for writer in writers]
    assert told == [503] * (60 - waiting)
    assert read.json() == {"items": []}
    assert answers.count(201) == waiting


NOBODY = "0000000000001"


@pytest.mark.parametrize(
    "address",
    [
        f"runs/{NOBODY}", "runs/latest", "runs/nobody", f"runs/{NOBODY}/context", f"runs/{NOBODY}/graph",
        f"runs/{NOBODY}/events", "pipelines/none", "pipelines/none/grid", "pipelines/none/graph",
        "pipelines/none/graph?version=v9",
    ],
)  # fmt: skip
def test_who_asks_for_what_is_not_there_is_sent_to_no_terminal(world: World, address: str) -> None:
    body = problem(world.program.get(f"/api/v1/{address}"), 404, "not_found")
    assert body["cure"]
    assert "`penstock" not in body["cure"]
