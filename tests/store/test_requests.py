"""Runs that were asked for: one engine gets each, and nobody takes them for abandoned."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from penstock.engine.recover import settle_abandoned_runs
from penstock.errors import NotFound, UsageError
from penstock.model import ids
from penstock.store import instances, ownership, recovery, requests
from penstock.store.check import check
from penstock.store.database import Database
from penstock.store.documents import run_document
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

NOW = made.START


@pytest.fixture
def known(database: Database) -> Database:
    """A database that knows the pipeline `flights`, version v1."""
    with database.write() as connection:
        apply(connection, Commit(versions=[made.version()]))
    return database


def ask(database: Database, **facts: Any) -> int:
    with database.write() as connection:
        return ids.key_of(requests.ask_for_run(connection, **{"pipeline": "flights", "now": NOW, **facts}))


def unclaimed(database: Database, **how: int) -> list[int]:
    with database.read() as connection:
        return requests.unclaimed(connection, **how)


def engine(database: Database) -> int:
    with database.write() as connection:
        return instances.register(connection, "engine", NOW)


def claim(database: Database, key: int, owner: int) -> requests.Requested | None:
    with database.write() as connection:
        return requests.claim(connection, key, owner)


def test_an_engine_gets_all_that_was_asked_for(known: Database) -> None:
    key = ask(
        known, params={"day": "é\x00"}, labels={"owner": "me"}, tags=["b", "a"], type="test", tasks_total=3,
        selection={"from": ["raw"], "to": [], "from_run": ["0000000000001"]}, trigger={"kind": "event", "name": "n"},
        facts={"by": "x"}, options={"refresh": True},
    )  # fmt: skip
    assert ids.created_at(key) == NOW
    with known.read() as connection:
        shown = run_document(connection, key)
    assert (shown["state"], shown["created_at"], shown["tasks"]) == ("created", "2013-01-01T00:00:00.000000Z", [])
    found = claim(known, key, engine(known))
    assert found == requests.Requested(
        key, ids.run_id(key), "flights", "default", "v1", made.version().spec, "test", {"day": "é\x00"},
        {"owner": "me"}, ["b", "a"], {"kind": "event", "name": "n"}, {"from": ["raw"]}, "0000000000001", None, None,
        {"by": "x"}, 3, made.AT, 1, 1, {"refresh": True},
    )  # fmt: skip
    assert check(known) == []


def test_a_run_waits_until_one_claims_it(known: Database) -> None:
    keys = [ask(known, now=NOW + second) for second in range(3)]
    assert unclaimed(known) == keys
    assert unclaimed(known, limit=2) == keys[:2]
    first, second = engine(known), engine(known)
    assert claim(known, keys[1], first) is not None
    assert claim(known, keys[1], second) is None
    assert unclaimed(known) == [keys[0], keys[2]]
    assert check(known) == []
    with known.write() as connection:
        apply(connection, Commit(fences=[made.fence(keys[1], first, 1)], events=[made.event("mine", key=keys[1])]))


def test_of_many_who_claim_at_once_one_wins(known: Database) -> None:
    key = ask(known)
    owners = [engine(known) for _ in range(6)]
    start, won = threading.Barrier(len(owners)), []

    def contend(owner: int) -> None:
        start.wait(20)
        won.append(claim(known, key, owner) is not None)

    threads = [threading.Thread(target=contend, args=(owner,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(won) == [False] * 5 + [True]


def test_it_is_not_taken_for_abandoned_before_it_is_claimed(known: Database) -> None:
    key = ask(known)
    owner, other = engine(known), engine(known)
    with known.write() as connection:
        assert recovery.orphans(connection, NOW) == []
        assert ownership.claim(connection, key, other, NOW) is None
        assert settle_abandoned_runs(connection, other, NOW, lambda *_: True) == []
    assert claim(known, key, owner) is not None
    with known.write() as connection:
        instances.gone(connection, owner, NOW)
        assert recovery.orphans(connection, 0.0) == [key]
        assert ownership.claim(connection, key, other, 0.0) == 2


def test_it_can_be_withdrawn_until_somebody_claims_it(known: Database) -> None:
    one, other = ask(known), ask(known, now=NOW + 1)
    owner = engine(known)
    assert claim(known, other, owner) is not None
    with known.write() as connection:
        assert requests.withdraw(connection, one, NOW + 2)
        assert not requests.withdraw(connection, one, NOW + 3)
        assert not requests.withdraw(connection, other, NOW + 3)
        assert requests.claim(connection, one, owner) is None
        shown = run_document(connection, one)
    assert (shown["state"], shown["reason"], shown["ended_at"]) == ("cancelled", "user", "2013-01-01T00:00:02.000000Z")
    assert unclaimed(known) == []
    assert check(known) == []


def test_one_that_is_given_back_never_has_an_epoch_twice(known: Database) -> None:
    """What was begun in the first, and is on no record, has keys of its own."""
    key, owner = ask(known), engine(known)
    for expected in (1, 2, 3):
        claimed = claim(known, key, owner)
        assert claimed is not None
        assert claimed.epoch == expected
        with known.write() as connection:
            assert requests.give_back(connection, key)
        assert unclaimed(known) == [key]
        assert check(known) == []
    with known.write() as connection:
        assert requests.withdraw(connection, key, NOW)
        assert ownership.reclaim(connection, key, owner, 2) == 4


def test_each_of_these_is_an_event_of_the_run(known: Database) -> None:
    key = ask(known)
    with known.write() as connection:
        requests.withdraw(connection, key, NOW + 1)
        kinds = connection.all("SELECT kind FROM event WHERE run_key = ? ORDER BY id", (key,))
    assert kinds == [("run.created",), ("run.cancelled",)]


@pytest.mark.parametrize(
    ("facts", "error", "message"),
    [
        ({"pipeline": "fligths"}, NotFound, "no pipeline 'fligths' in namespace 'default'"),
        ({"namespace": "sales"}, NotFound, "in namespace 'sales'"),
        ({"version": "v9"}, NotFound, "no version 'v9' of pipeline 'flights'"),
        ({"labels": {str(n): "" for n in range(10_000)}}, UsageError, "10000 labels"),
        ({"labels": {" ": "x"}}, UsageError, "no name"),
        ({"labels": {"x": "y" * 501}}, UsageError, "501 characters"),
        ({"labels": {"x\x00": "y"}}, UsageError, "can't be stored"),
        ({"tags": ["\ud800"]}, UsageError, "can't be stored"),
    ],
)
def test_what_can_not_be_asked_for(
    known: Database, facts: dict[str, Any], error: type[UsageError], message: str
) -> None:
    with pytest.raises(error, match=message):
        ask(known, **facts)
    assert unclaimed(known) == []


def test_the_latest_version_is_meant_unless_another_is_named(known: Database) -> None:
    with known.write() as connection:
        apply(connection, Commit(versions=[made.version(name="v2")._replace(created_at=made.AT + 1)]))
    latest, named = ask(known), ask(known, version="v1", now=NOW + 1)
    with known.read() as connection:
        assert [run_document(connection, key)["version"] for key in (latest, named)] == ["v2", "v1"]
