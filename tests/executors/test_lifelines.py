"""A lifeline is cut when the last of an engine and its agent is gone, and not before."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from penstock.errors import ExecutorError
from penstock.executors import lifelines
from penstock.executors.local import LocalExecutor


def test_it_holds_until_every_holder_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "engines" / "1"
    assert lifelines.state(path) == "unknown", "nobody was ever there"
    fd = lifelines.hold(path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[fd])
    os.close(fd)
    assert lifelines.state(path) == "held"
    child.kill()
    child.communicate()
    assert lifelines.state(path) == "cut"


def test_two_can_not_hold_the_same(tmp_path: Path) -> None:
    fd = lifelines.hold(tmp_path / "1")
    with pytest.raises(ExecutorError, match="can't be locked"):
        lifelines.hold(tmp_path / "1")
    lifelines.release(fd)
    assert lifelines.state(tmp_path / "1") == "cut"


def test_an_executor_holds_one_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "1"
    executor = LocalExecutor(1, lifeline=path)
    executor.open()
    try:
        assert lifelines.state(path) == "held"
    finally:
        executor.close()
    assert lifelines.state(path) == "cut"


def test_what_the_long_dead_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in ("new", "old", "1.spool", "2.spool"):
        (tmp_path / name).touch()
    fd = lifelines.hold(tmp_path / "alive")
    long_ago = time.time() - lifelines.OLD - 1
    for name in ("old", "alive", "1.spool"):
        os.utime(tmp_path / name, (long_ago, long_ago))
    lifelines.sweep(tmp_path)
    lifelines.sweep(tmp_path / "nowhere")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["2.spool", "alive", "new"]
    lifelines.release(fd)
