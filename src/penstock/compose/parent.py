"""What a process of `penstock up` tells the one that started it: lines of JSON on standard output.

`{"ready": true}` when it works, `{"wrong": {"message", "cure"}}` before it ends of what a person can mend. Others are
told in `compose.engine_process`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from penstock.agent.loading import not_loaded, wrong
from penstock.errors import PenstockError


def tell(document: dict[str, Any]) -> None:
    """Say something to the parent, if it is still there."""
    try:
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()
    except OSError:
        pass


def heard(work: Callable[[], int]) -> int:
    """The exit code of a process whose parent hears what is wrong, and tells it to people."""
    return _mended(work, lambda error: tell(wrong(error)))


def alone(main: Callable[[Sequence[str] | None], int]) -> int:
    """The exit code of a process that a person started: what is wrong is told there."""
    return _mended(lambda: main(None), lambda error: print(f"penstock: {error}", file=sys.stderr))


def _mended(work: Callable[[], int], told: Callable[[PenstockError], None]) -> int:
    try:
        return work()
    except PenstockError as error:
        known = error
    except Exception as error:
        found = not_loaded(error)
        if found is None:
            raise
        known = found
    told(known)
    return known.exit_code
