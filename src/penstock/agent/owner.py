"""What a crew asks of those it works for."""

from __future__ import annotations

from typing import Protocol

from penstock.agent.frames import Message
from penstock.agent.members import Member


class Owner(Protocol):
    """Who a crew works for."""

    def take(self, worker: Member, messages: list[Message]) -> None:
        """A worker says something."""

    def secure(self, worker: Member) -> None:
        """Make sure which attempt a worker is at."""

    def place(self) -> None:
        """A worker may be free."""

    def died(self, worker: Member, status: int | None, cpu_seconds: float, peak: int) -> None:
        """A worker is gone, with what it was at; the status is None when nobody knows it."""

    def ready(self) -> None:
        """Workers can be started."""

    def broken(self, why: str) -> None:
        """No worker can be started any more."""
