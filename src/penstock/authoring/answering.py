"""How a child looks into files as they are now, answers, and ends when nobody waits for its answer any more."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from typing import TextIO

from penstock.authoring.compiled import doubt


def answers() -> TextIO:
    """Standard output, for the answer alone: what the files print goes to standard error from here on.

    An import may never end. Whoever waits for it may be killed before he can kill it, and then it is ended here.
    """
    doubt()
    kept = os.dup(1)
    os.dup2(2, 1)
    threading.Thread(target=_end_without_reader, args=(kept,), daemon=True).start()
    return os.fdopen(kept, "w", encoding="utf-8")


def leave() -> None:
    """End this process at once, whatever threads the files have started."""
    sys.stderr.flush()
    os._exit(0)


def _end_without_reader(pipe: int) -> None:
    poll = select.poll()
    poll.register(pipe, 0)  # POLLERR and POLLHUP come unasked: the reading end is closed
    (_, happened), *_ = poll.poll()
    if happened & select.POLLNVAL:  # the files have closed it
        return
    # The leader of its group takes along what the files have started.
    number = os.getpid()
    (os.killpg if os.getpgrp() == number else os.kill)(number, signal.SIGKILL)
