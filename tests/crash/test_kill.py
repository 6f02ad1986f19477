"""A share of drill 1; `make drill` runs more of it, for longer."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from penstock.faults import PLACES
from tests.crash.kill import kill_at, kill_one
from tests.crash.places import PROCESSES
from tests.crash.project import Victim

pytestmark = pytest.mark.drill

#: Those of which others of the share say as much.
SPARED = {"after_write", "before_commit", "agent.report", "worker.start", "artifact.writing", "artifact.renamed"}


@pytest.mark.parametrize("victim", get_args(Victim))
def test_no_law_is_broken_when_a_process_is_killed(tmp_path: Path, victim: Victim) -> None:
    result = kill_one(tmp_path, 1, victim)
    assert result.broken == []
    assert result.began


@pytest.mark.parametrize("place", sorted(PLACES.keys() - SPARED))
def test_no_law_is_broken_when_a_process_dies_at_a_named_place(tmp_path: Path, place: str) -> None:
    result = kill_at(tmp_path, 2, place, PROCESSES[place][0])
    assert result.broken == []
    assert result.began


def test_every_place_has_somebody_who_comes_by() -> None:
    assert PROCESSES.keys() == PLACES.keys()
