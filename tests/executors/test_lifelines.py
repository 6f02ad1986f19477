"""A lifeline is cut when the last of an engine and its agent is gone, and not before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from penstock.errors import ExecutorError
from penstock.executors import lifelines
from penstock.executors.local import LocalExecutor


def test_it_holds_until_every_holder_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "engines" / "1"
    assert lifelines.is_cut(path), "nobody was ever there"
    fd = lifelines.hold(path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[fd])
    os.close(fd)
    assert not lifelines.is_cut(path)
    child.kill()
    child.communicate()
    assert lifelines.is_cut(path)
    assert not path.exists()


def test_two_can_not_hold_the_same(tmp_path: Path) -> None:
    fd = lifelines.hold(tmp_path / "1")
    with pytest.raises(ExecutorError, match="can't be locked"):
        lifelines.hold(tmp_path / "1")
    lifelines.release(tmp_path / "1", fd)
    assert list(tmp_path.iterdir()) == []


def test_an_executor_holds_one_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "1"
    executor = LocalExecutor(1, lifeline=path)
    executor.open()
    try:
        assert not lifelines.is_cut(path)
    finally:
        executor.close()
    assert lifelines.is_cut(path)


def test_what_the_dead_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "dead").touch()
    fd = lifelines.hold(tmp_path / "alive")
    lifelines.sweep(tmp_path)
    lifelines.sweep(tmp_path / "nowhere")
    assert [one.name for one in tmp_path.iterdir()] == ["alive"]
    lifelines.release(tmp_path / "alive", fd)
