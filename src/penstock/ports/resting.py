"""What an executor does for runs that pause.

Law. As of ports.executor: the engine's thread calls, attempts are named by their keys, and one that is unknown or has
ended is passed over. Whatever was recalled or suspended may be cancelled, and ends then as any other does.
"""

from __future__ import annotations

from typing import Protocol

from penstock.ports.executor import Executor


class Resting(Protocol):
    """Takes attempts back, and makes them stand still."""

    #: Can what runs stand still? Not where it runs in this process.
    suspends: bool

    def recall(self, keys: list[str]) -> None:
        """Give back by `returned` what of these was not begun; then each key may be dispatched once more."""

    def suspend(self, keys: list[str]) -> None:
        """Have these attempts stand still with their process trees (SIGSTOP). Their time-outs stop counting."""

    def resume(self, keys: list[str]) -> None:
        """Let them go on (SIGCONT)."""


class PausableExecutor(Executor, Resting, Protocol):
    """An executor whose runs can pause."""
