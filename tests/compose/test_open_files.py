"""Room for the files that our processes have open."""

from __future__ import annotations

import resource
from typing import Any

import pytest

from penstock.compose.open_files import make_room
from penstock.errors import SettingsError


class Limits:
    """A limit on open files, as the system keeps it for one who may not raise the hard one."""

    def __init__(self, soft: int, hard: int) -> None:
        self.now = (soft, hard)

    def get(self, kind: int) -> tuple[int, int]:
        assert kind == resource.RLIMIT_NOFILE
        return self.now

    def set(self, kind: int, limits: tuple[int, int]) -> None:
        hard = self.now[1]
        if hard != resource.RLIM_INFINITY and limits[0] > hard:
            raise ValueError("current limit exceeds maximum limit")
        self.now = limits


@pytest.fixture
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Limits:
    made = Limits(*request.param)
    monkeypatch.setattr(resource, "getrlimit", made.get)
    monkeypatch.setattr(resource, "setrlimit", made.set)
    return made


@pytest.mark.parametrize(
    ("limits", "workers", "after"),
    [
        ((1024, 4096), 2, (1024, 4096)),
        ((24, 4096), 2, (256, 4096)),
        ((1024, 4096), 200, (1664, 4096)),
        ((24, resource.RLIM_INFINITY), 2, (256, resource.RLIM_INFINITY)),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 500, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    ],
    indirect=["limits"],
)
def test_the_limit_is_raised_as_far_as_it_takes(limits: Limits, workers: int, after: Any) -> None:
    make_room(workers)
    assert limits.now == after


@pytest.mark.parametrize("limits", [(24, 24)], indirect=True)
def test_where_it_may_not_be_raised_it_is_told_before_anything_is_started(limits: Limits) -> None:
    with pytest.raises(SettingsError) as told:
        make_room(2)
    assert told.value.message == "a process may have 24 files open here, and Penstock needs 256"
    assert "ulimit -n 256`" in (told.value.cure or "")
