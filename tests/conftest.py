"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from itertools import groupby

import pytest
from hypothesis import HealthCheck, settings

from penstock.authoring import load

# A machine with other things to do is slow, and slow is no failure. In CI Hypothesis also draws the same each time.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Gathering makes a million objects that stay: the collector of circles need not look at them again and again.
gc.set_threshold(100_000, 50, 1_000)


def folder_in_memory() -> str | None:
    """Where files lie in memory, if this machine has such a place that has room and lets programs run."""
    try:
        place = os.statvfs("/dev/shm")
    except OSError:
        return None
    roomy = place.f_bavail * place.f_frsize > 4 << 30
    return "/dev/shm" if roomy and not place.f_flag & os.ST_NOEXEC and os.access("/dev/shm", os.W_OK) else None


# Tests commit ten thousand times; to wait for a disk each time costs ten times what the commit does. No test cuts the
# power. Drills (`python -m tests.crash`), and whoever sets TMPDIR, keep the disk.
if "TMPDIR" not in os.environ and (in_memory := folder_in_memory()):
    os.environ["TMPDIR"] = tempfile.tempdir = in_memory

# A pipeline's workers load the libraries that are loaded where it is read: here that is what any other test needs.
load.PRELOAD = ()  # type: ignore[misc]

# Programs leave a signal alone that is ignored when they start, as under `nohup`; tests are to see what is usual.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as behind a `&` of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that wait come early in the share of each process, between others that compute: were they last, the cores
    would wait with them."""
    shares = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    waiting = [item for item in items if item.get_closest_marker("waits")]
    others = [item for item in items if not item.get_closest_marker("waits")]
    items[:] = [item for one in range(shares) for item in mixed(waiting[one::shares], share_of(others, one, shares))]


def share_of(items: list[pytest.Item], one: int, shares: int) -> list[pytest.Item]:
    """Neighbours stay together: they share what is made for a module."""
    return items[one * len(items) // shares : (one + 1) * len(items) // shares]


def mixed(waiting: list[pytest.Item], others: list[pytest.Item]) -> list[pytest.Item]:
    """All of `waiting`, evenly, between the modules of the first half of `others`."""
    mix: list[pytest.Item] = []
    put = passed = 0
    for _, module in groupby(others, key=lambda item: item.path):
        due = min(len(waiting), 2 * passed * len(waiting) // len(others))
        tests = list(module)
        mix += [*waiting[put:due], *tests]
        put, passed = due, passed + len(tests)
    return mix + waiting[put:]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was gathered stays until the end: the collector of circles need not look at a million objects each time, nor
    after every 700 new ones."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
