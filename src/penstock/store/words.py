"""Sets of states, as SQL lists them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from penstock.model import states


def listed(words: Iterable[str]) -> str:
    """Words of ours (never what somebody typed), as a list for IN."""
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


RUN_STATES: Final = listed(states.RUN_STATES)
TASK_STATES: Final = listed(states.TASK_STATES)
ATTEMPT_STATES: Final = listed(states.ATTEMPT_STATES)
RUN_OVER: Final = listed(states.TERMINAL_RUN)
RUN_OPEN: Final = listed(set(states.RUN_STATES) - states.TERMINAL_RUN)
TASK_OVER: Final = listed(states.TERMINAL_TASK)
ATTEMPT_OVER: Final = listed(states.TERMINAL_ATTEMPT)
