"""What holds for all tests."""

from __future__ import annotations

import gc
import signal

import pytest
from hypothesis import HealthCheck, settings

from penstock.authoring import load

# A machine with other things to do is slow, and slow is no failure. In CI Hypothesis also draws the same each time.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# A pipeline's workers load the libraries that are loaded where it is read: here that is what any other test needs.
load.PRELOAD = ()  # type: ignore[misc]

# Programs leave a signal alone that is ignored when they start, as under `nohup`; tests are to see what is usual.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as behind a `&` of a script
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was gathered stays until the end: the collector of circles need not look at a million objects each time, nor
    after every 700 new ones."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
