"""Waking who waits."""

from __future__ import annotations

import os
import signal
import threading
import time

from penstock.bell import Bell


def test_a_ring_is_heard_once_also_when_nobody_waited_yet() -> None:
    bell = Bell()
    for _ in range(100_000):
        bell.ring()  # more than a pipe holds: nobody is held up
    for _ in range(200):
        bell.clear()
    bell.ring()
    bell.wait(None)
    began = time.monotonic()
    bell.wait(0.05)
    assert time.monotonic() - began >= 0.05
    bell.close()


def test_a_handler_in_the_thread_that_waits_wakes_it() -> None:
    bell = Bell()
    before = signal.signal(signal.SIGUSR1, lambda *_: bell.ring())
    threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    bell.wait(None)
    signal.signal(signal.SIGUSR1, before)
    bell.close()
