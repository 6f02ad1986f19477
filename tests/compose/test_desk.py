"""What is asked of an engine, and when it hears of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.compose.claims import Claims
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.store.check import check
from tests.compose.test_claims import Desk
from tests.journeys.conftest import until
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures

HOUR = 3600.0


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    made = Desk(tmp_path, request.getfixturevalue("postgres_schema") if request.param == "postgresql" else None)
    yield made
    assert check(made.database) == []
    made.database.close()


def test_who_looks_once_an_hour_hears_what_others_ask_for(desk: Desk) -> None:
    def duty(local: LocalEngine) -> Claims:
        return Claims(local, lambda: None)

    with LocalEngine(desk.home, Settings(workers=1), kind="engine", look=HOUR, duty=duty) as local:
        until(lambda: local._ear.hears, "the engine listens")
        assert desk.over(desk.ask())["state"] == "succeeded"


def test_an_engine_that_hears_looks_rarely_while_nothing_waits(desk: Desk) -> None:
    with LocalEngine(desk.home, Settings(workers=1), look=0.01) as local:
        waits: list[float | None] = []
        wait = local._ear.wait
        local._ear.wait = lambda timeout: waits.append(timeout) or wait(0.0)  # type: ignore[method-assign, func-returns-value]
        until(lambda: len(waits) > 5, "it looks")
        assert all(0.01 < seconds <= 1.0 for seconds in waits[2:6] if seconds) is local._ear.hears
