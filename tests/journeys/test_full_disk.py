"""A disk that is full: the run says so, and the database stays sound."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import User

FILLS = """
    from penstock import Pipeline

    p = Pipeline("fills")

    @p.task
    def small():
        return 1

    @p.task
    def large(small):
        return b"x" * 60_000_000

    @p.task
    def after(large): ...
"""


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 megabytes."""
    folder = tmp_path / "little"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        if os.environ.get("CI"):
            pytest.fail("a small file system can't be mounted; CI must be able to (root)")
        pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_value_that_does_not_fit(user: User, little_disk: Path) -> None:
    user.write("fills.py", FILLS)
    home = {"PENSTOCK_HOME": str(little_disk / "home")}
    ran = user.types("run", "fills.py", **home)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    user.env |= home
    document = user.document()
    assert (document["state"], document["reason"]) == ("failed", "disk_full")
    # The engine may have met the full disk first, in the moment before the value that does not fit was given up.
    assert tuple(user.states().items()) in (
        (("small", "succeeded"), ("large", "failed"), ("after", "upstream_failed")),
        (("small", "succeeded"), ("large", "cancelled"), ("after", "cancelled")),
    )
    assert user.types("db", "check").returncode == 0


def test_a_record_that_does_not_fit(user: User, little_disk: Path) -> None:
    user.write(
        "fills.py",
        """
        from penstock import Pipeline

        p = Pipeline("fills", params={"count": 2000})

        @p.task
        def items(count: int): return list(range(count))

        @p.task(foreach={"item": "items"})
        def each(item): return "x" * 32_000
        """,
    )
    home = {"PENSTOCK_HOME": str(little_disk / "home")}
    ran = user.types("run", "fills.py", **home)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    # Not even a reader can work on a disk without a byte: the person makes room, as the message says.
    subprocess.run(["mount", "-o", "remount,size=64m", str(little_disk)], check=True)
    user.env |= home
    document = user.document()
    assert (document["state"], document["reason"]) == ("failed", "disk_full")
    assert user.types("db", "check").returncode == 0
