"""A short share of the drill of limits; `python -m tests.crash.limits` is the long one."""

from __future__ import annotations

import pytest

from tests.crash.limits import limit_drill
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures


@pytest.mark.slow
@pytest.mark.drill
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_no_run_passes_its_limit_whoever_is_killed(request: pytest.FixtureRequest, store: str) -> None:
    database = None if store == "sqlite" else request.getfixturevalue("postgres_schema")
    result = limit_drill(7, database, runs=24, kills=3, patience=120)
    assert result.broken == []
    assert result.most == 2
