"""A node that waits, between one that is done and one that never begins."""

import os
import signal
import sys
import time
from pathlib import Path

from kedro.pipeline import Pipeline, node, pipeline

FOLDER = Path(__file__).resolve().parents[2]


def begin() -> int:
    """Goes well."""
    return 1


def wait(number: int) -> int:
    """Says that it is there (`data/here`), and waits for `data/go`."""
    (FOLDER / "data").mkdir(exist_ok=True)
    (FOLDER / "data/here").write_text(str(os.getpid()))
    while not (FOLDER / "data/go").exists():
        time.sleep(0.01)
    return number


def leave_at_once(number: int) -> int:
    """The process is gone, without a word."""
    os._exit(3)


def leave(number: int) -> int:
    """The process ends in good order, in the middle of the run."""
    sys.exit(4)


def die(number: int) -> int:
    """As the kernel does when memory is out."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def end(number: int) -> int:
    """Comes last."""
    return number


def register_pipelines() -> dict[str, Pipeline]:
    """By what the node in the middle does."""
    middles = {"__default__": wait, "leave_at_once": leave_at_once, "leave": leave, "die": die}
    return {name: _around(middle) for name, middle in middles.items()}


def _around(middle: object) -> Pipeline:
    return pipeline(
        [
            node(begin, None, "one", name="begin"),
            node(middle, "one", "two", name="middle"),
            node(end, "two", "three", name="end"),
        ]
    )
