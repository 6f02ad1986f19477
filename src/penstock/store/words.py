"""Sets of states, as SQL lists them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from penstock.model import states


def _listed(words: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


RUN_STATES: Final = _listed(states.RUN_STATES)
TASK_STATES: Final = _listed(states.TASK_STATES)
ATTEMPT_STATES: Final = _listed(states.ATTEMPT_STATES)
RUN_OVER: Final = _listed(states.TERMINAL_RUN)
RUN_OPEN: Final = _listed(set(states.RUN_STATES) - states.TERMINAL_RUN)
TASK_OVER: Final = _listed(states.TERMINAL_TASK)
ATTEMPT_OVER: Final = _listed(states.TERMINAL_ATTEMPT)
