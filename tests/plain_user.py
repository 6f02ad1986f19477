"""Commands of a person whom rights of files bind, also where the tests are run by root."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import cache
from typing import Final

import pytest

from tests.warm import LIBRARIES, OURS, Warm

_WITHOUT: Final = "-dac_override,-dac_read_search,-fowner,-chown"


def bound(command: Sequence[str]) -> list[str]:
    """The command for such a person; skips the test where root can't be one."""
    if os.geteuid() != 0:
        return list(command)
    if shutil.which("setpriv") is None:
        pytest.skip("root may read and write everything, and setpriv is not here")
    return ["setpriv", "--bounding-set", _WITHOUT, "--inh-caps", _WITHOUT, *command]


@cache
def warm_bound() -> Warm:
    """Starts commands of ours for such a person; skips as `bound` does."""
    return Warm((*LIBRARIES, *OURS), by=bound([]))
