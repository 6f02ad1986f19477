"""Disk space that is set aside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from penstock.compose import spare_room
from penstock.compose.spare_room import SIZE, SpareRoom


def taken(folder: Path) -> int:
    return sum(file.stat().st_blocks for file in folder.iterdir()) * 512


@pytest.mark.parametrize("reserved", [True, False])
def test_it_takes_the_space_and_gives_it_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reserved: bool) -> None:
    if not reserved:  # as on ZFS, which promises and takes nothing
        monkeypatch.setattr(os, "posix_fallocate", lambda fd, start, size: os.ftruncate(fd, start + size))
    room = SpareRoom(tmp_path)
    assert taken(tmp_path) >= SIZE
    room.give()
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_room_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spare_room.os, "posix_fallocate", full)
    SpareRoom(tmp_path)
    assert list(tmp_path.iterdir()) == []
