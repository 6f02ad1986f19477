"""Looking for results of earlier runs: only what is there and whole is found, and nobody waits for it in vain."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from penstock.artifacts import ArtifactStore
from penstock.artifacts.content import stamp_of
from penstock.compose.results import Results
from penstock.engine.reuse import Found
from penstock.model.artifact import Artifact
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit, NewArtifact, NewResult
from penstock.store.write import apply
from tests.journeys.conftest import PATIENCE
from tests.store import made


class Shop:
    """A home with one run, whose results are looked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database: Database = open_database(folder / "penstock.db")
        self.store = ArtifactStore(folder / "artifacts")
        self.results = Results(self.database, folder / "artifacts")
        self.write(Commit(new_runs=[made.run()]))

    def write(self, commit: Commit) -> None:
        with self.database.write() as connection:
            apply(connection, commit)

    def keep(self, key: str, *artifacts: Artifact) -> None:
        """A result of these artifacts, by the task run of the key's number."""
        seq = int(key)
        rows = [
            NewArtifact(
                made.KEY,
                seq,
                1,
                f"d{at}",
                one.kind,
                one.inline,
                one.path,
                one.bytes,
                one.digest,
                one.rows,
                None,
                one.python_type,
                one.safe,
                made.AT,
            )
            for at, one in enumerate(artifacts)
        ]
        self.write(Commit(artifacts=rows, results=[NewResult(key, made.KEY, seq, made.AT)]))

    def found(self, *keys: str) -> dict[str, Found]:
        answered, answers = threading.Event(), list[dict[str, Found]]()

        def answer(found: dict[str, Found]) -> None:
            answers.append(found)
            answered.set()

        self.results.seek(list(keys), str(self.folder), answer)
        assert answered.wait(PATIENCE)
        return answers[0]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made_here = Shop(tmp_path)
    yield made_here
    made_here.results.close()
    made_here.database.close()


def test_what_is_there_and_whole_is_found(shop: Shop) -> None:
    text = shop.store.put("x" * 100_000, "run/a.1/d0")
    shop.keep("1", text, shop.store.put(7, "run/a.1/d1"))
    shop.keep("2")
    found = shop.found("1", "2", "3")
    assert set(found) == {"1", "2"}
    assert (found["1"].run_key, found["1"].made_at) == (made.KEY, made.START)
    assert [one.path for one in found["1"].artifacts] == [text.path, None]
    assert found["2"].artifacts == []


@pytest.mark.parametrize("damage", ["gone", "cut", "flipped"])
def test_what_is_damaged_is_not(shop: Shop, damage: str) -> None:
    artifact = shop.store.put("x" * 100_000, "run/a.1/d0")
    shop.keep("1", artifact, shop.store.put(7, "run/a.1/d1"))
    file = shop.store.file(artifact)
    content = bytearray(file.read_bytes())
    file.unlink()
    if damage == "cut":
        file.write_bytes(content[:-1])
    elif damage == "flipped":
        content[500] ^= 1
        file.write_bytes(content)
    assert shop.found("1") == {}


def _kept(**body: Any) -> Artifact:
    return Artifact("dataset", json.dumps(body), None, 3, None, None, None, "str")


def test_what_a_project_keeps_is_found_while_it_is_as_it_was_saved(shop: Shop) -> None:
    file = shop.folder / "table.csv"
    file.write_text("a\n1\n")
    stamp = stamp_of(str(shop.folder), "table.csv")
    assert stamp is not None
    shop.keep("1", _kept(path="table.csv", stamp=stamp))
    shop.keep("2", _kept(path="table.csv", stamp=None))
    shop.keep("3", _kept(path="s3://bucket/table.csv", stamp=stamp))
    assert set(shop.found("1", "2", "3")) == {"1"}
    os.utime(file, (1, 1))
    assert shop.found("1") == {}
    file.unlink()
    assert shop.found("1") == {}
    assert stamp_of(str(shop.folder), ".") is None  # of a folder nobody knows what changes in it


def test_where_the_store_can_not_be_asked_nothing_is_found_and_nobody_waits(shop: Shop) -> None:
    shop.keep("1")
    with shop.database.write() as connection:
        connection.run("DROP TABLE result")
    assert shop.found("1") == {}
