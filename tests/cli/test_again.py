"""What `penstock runs retry` makes of an answer that refuses, where an engine of `penstock up` gives it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from penstock.cli.again import Again
from penstock.errors import ArtifactCorrupt, NotFound, ParameterError, PenstockError, TransitionError
from penstock.store import commands, instances
from penstock.store.database import Database, open_database
from penstock.store.orders import Outcome
from penstock.store.write import apply
from tests.store import made

#: What an engine says: the code of a refusal, the errors that it is, and their exit code.
KINDS = [
    (ParameterError.code, ParameterError, 2),
    (ArtifactCorrupt.code, ArtifactCorrupt, 1),
    (TransitionError.code, TransitionError, 1),
    ("error", PenstockError, 1),
    ("what a later version says", TransitionError, 1),
]

Answer = Callable[[Any], None]


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """That of the home at hand: with a run that failed, and an engine."""
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path))
    database = open_database(tmp_path / "penstock.db")
    with database.write() as connection:
        instances.register(connection, "engine", time.time())
        apply(connection, made.first_commit(state="failed", ended_at=made.AT))
    yield database
    database.close()


@pytest.fixture
def answer(database: Database, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Have the engine refuse what is waited for."""

    def refuse(why: Any) -> None:
        def wait(_database: Database, outcomes: Sequence[Outcome]) -> None:
            (asked,) = outcomes
            assert asked.command is not None
            with database.write() as connection:
                commands.settle(connection, asked.command, "refused", why, time.time())
                asked.look(connection)

        monkeypatch.setattr("penstock.cli.orders.wait", wait)

    return refuse


def retry(task: str | None = None, *, as_json: bool) -> int:
    return Again("latest", task, [], None, as_json=as_json, quiet=False).retry()


@pytest.mark.parametrize(("code", "kind", "exit_code"), KINDS)
def test_a_refusal_is_told_with_its_code(answer: Answer, code: str, kind: type[PenstockError], exit_code: int) -> None:
    answer({"code": code, "detail": "it can't be", "cure": "let it be"})
    with pytest.raises(PenstockError) as told:
        retry(as_json=True)
    assert type(told.value) is kind
    assert (told.value.message, told.value.cure, told.value.exit_code) == ("it can't be", "let it be", exit_code)


@pytest.mark.parametrize(("code", "_kind", "exit_code"), KINDS)
def test_the_exit_code_is_the_same_without_json(
    answer: Answer, capsys: pytest.CaptureFixture[str], code: str, _kind: type[PenstockError], exit_code: int
) -> None:
    answer({"code": code, "detail": "it can't be", "cure": "let it be"})
    assert retry(as_json=False) == exit_code
    assert "not retried: it can't be; let it be" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("database")
def test_a_task_that_is_not_there_is_not_found(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotFound, match="'raw'"):
        retry("task1", as_json=True)
    assert retry("task1", as_json=False) == NotFound.exit_code
    assert "not retried: " in capsys.readouterr().out
