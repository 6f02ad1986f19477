"""What the watcher of a project writes."""

from __future__ import annotations

import json
from typing import Any

from penstock.store.check import check
from penstock.store.database import Database
from penstock.store.definitions import Found, Trouble, problems, record_definitions
from penstock.store.rows import Commit, NewVersion
from penstock.store.write import apply
from tests.store import made

NOW = made.START
SPEC = json.dumps(made.SPEC)
A = Found("default", "a", "v1", SPEC, "a.py")
B = Found("default", "b", "v1", SPEC, "b.py")


def record(database: Database, *found: Found, bad: tuple[Trouble, ...] = (), at: float = NOW) -> bool:
    with database.write() as connection:
        return record_definitions(connection, found, bad, at)


def known(database: Database) -> dict[str, Any]:
    with database.read() as connection:
        rows = connection.all("SELECT pipeline, version, file, present, problem FROM pipeline ORDER BY pipeline")
    return {row[0]: (row[1], row[2], bool(row[3]), row[4] and json.loads(row[4])["message"]) for row in rows}


def alone(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(problem["file"], problem["message"]) for problem in problems(connection)]


def test_pipelines_come_change_and_go(database: Database) -> None:
    assert record(database, A, B)
    assert known(database) == {"a": ("v1", "a.py", True, None), "b": ("v1", "b.py", True, None)}
    assert record(database, A._replace(version="v2"), at=NOW + 1)
    assert known(database) == {"a": ("v2", "a.py", True, None), "b": ("v1", "b.py", False, None)}
    assert check(database) == []


def test_an_older_version_that_is_found_again_is_the_one_to_run(database: Database) -> None:
    record(database, A)
    record(database, A._replace(version="v2"), at=NOW + 1)
    record(database, A, at=NOW + 2)
    assert known(database)["a"][0] == "v1"


def test_a_broken_file_keeps_the_last_good_version(database: Database) -> None:
    record(database, A, B)
    assert record(database, B, bad=(Trouble("a.py", "invalid syntax", 3, "close it"),), at=NOW + 1)
    assert known(database)["a"] == ("v1", "a.py", True, "invalid syntax")
    assert alone(database) == []
    assert record(database, A, B, at=NOW + 2)
    assert known(database)["a"] == ("v1", "a.py", True, None)


def test_a_broken_file_that_goes_takes_its_pipelines_along(database: Database) -> None:
    record(database, A)
    record(database, bad=(Trouble("a.py", "no"),))
    assert record(database)
    assert known(database)["a"] == ("v1", "a.py", False, None)


def test_a_file_without_pipelines_stands_alone(database: Database) -> None:
    assert record(database, A, bad=(Trouble("c.py", "no\x00", 1), Trouble("d.py", "x" * 9000)))
    assert alone(database) == [("c.py", "no\ufffd"), ("d.py", "x" * 4000)]
    assert record(database, A, bad=(Trouble("c.py", "other", 1),))
    assert alone(database) == [("c.py", "other")]


def test_nothing_new_is_no_event(database: Database) -> None:
    trouble = Trouble("c.py", "no", 1)
    assert record(database, A, bad=(trouble,))
    assert not record(database, A, bad=(trouble,), at=NOW + 9)
    record(database, bad=(Trouble("a.py", "no"),), at=NOW + 10)
    assert not record(database, bad=(Trouble("a.py", "no"),), at=NOW + 11)
    with database.read() as connection:
        assert connection.all("SELECT kind, run_key FROM event") == [("definitions.changed", 0)] * 2
        (row,) = connection.all("SELECT problem FROM pipeline")
    assert json.loads(row[0])["at"] == made.AT + 10_000_000, "since when it is broken"
    assert check(database) == []


def test_a_run_in_another_environment_leaves_the_pipeline_in_its_own(database: Database) -> None:
    def spec(env: str, digest: str) -> str:
        return json.dumps({**made.SPEC, "code": {"digest": digest, "options": {"env": env}}})

    def ran(version: str, text: str) -> str:
        with database.write() as connection:
            row = NewVersion("default", "a", version, text, made.AT + int(1e9))
            apply(connection, Commit(versions=[row]))
        return str(known(database)["a"][0])

    record(database, A._replace(version="local", spec=spec("local", "d")))
    assert ran("prod", spec("prod", "d")) == "local"
    # Of other code it is the news of a project that nobody watches any more.
    assert ran("later", spec("prod", "e")) == "later"
    record(database, A._replace(version="prod", spec=spec("prod", "d")), at=NOW + 1)
    assert known(database)["a"][0] == "prod"
