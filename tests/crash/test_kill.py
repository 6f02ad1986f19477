"""A share of the drills; `make drill` runs more of them, for longer."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tests.crash.drill import Victim, kill_one


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("victim", get_args(Victim))
def test_no_law_is_broken_when_a_process_is_killed(tmp_path: Path, victim: Victim, seed: int) -> None:
    result = kill_one(tmp_path, seed, victim)
    assert result.broken == []
    assert result.began
