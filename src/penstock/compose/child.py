"""A process of `penstock up`: `python -m penstock.compose.child FD MODULE ARGUMENT...` calls `MODULE.main(arguments)`.

It ends with its parent, however that goes: FD is the end of a pipe that nobody writes to, and whose other end only the
parent holds; on Linux the kernel tells too.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
import threading
import time
from typing import Final

from penstock.agent import processes
from penstock.compose.parent import heard

#: Seconds after which a process that was asked to end, because its parent is gone, is ended.
LAST: Final = 15.0


def main(arguments: list[str]) -> int:
    """Run a module's `main`; its exit code."""
    fd, module, *rest = arguments
    # It was inheritable to come here; a task's process must not get it.
    os.set_inheritable(int(fd), False)
    processes.die_with_parent(signal.SIGTERM)
    threading.Thread(target=_end_with_parent, args=[int(fd)], name="penstock-parent", daemon=True).start()
    gc.disable()  # what is loaded stays; to look for circles in it again and again is a tenth of the start
    return heard(lambda: _run(module, rest))


def _run(module: str, arguments: list[str]) -> int:
    main = importlib.import_module(module).main
    gc.freeze()
    gc.enable()
    return int(main(arguments))


def _end_with_parent(fd: int) -> None:
    os.read(fd, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
