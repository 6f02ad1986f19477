"""Reports on their way to the engine: sent together at the end of a turn, or a little later in company."""

from __future__ import annotations

import time
from typing import Final

from penstock import faults
from penstock.agent.channel import Channel
from penstock.agent.frames import Message

#: Seconds that reports wait while attempts are queued: workers have enough to do, and the engine works in larger steps.
HOLD: Final = 0.001
#: Reports that wait at most.
CROWD: Final = 32


class Outbox:
    """Collects reports; `flush` is called at the end of every turn. `engine`: where they go."""

    def __init__(self) -> None:
        self.engine: Channel | None = None
        self._waiting: list[Message] = []
        self._since = 0.0

    def add(self, message: Message) -> None:
        """Send this soon."""
        self._waiting.append(message)

    def patience(self) -> float | None:
        """Seconds until `flush` has to be called again; None when nothing waits."""
        return HOLD if self._waiting else None

    def flush(self, *, hurry: bool) -> None:
        """Send what waits: now in a `hurry`, else when it has waited for long enough."""
        if not self._waiting:
            return
        if not hurry and len(self._waiting) < CROWD:
            now = time.monotonic()
            self._since = self._since or now
            if now - self._since < HOLD:
                return
        faults.reach("agent.report")
        waiting, self._waiting, self._since = self._waiting, [], 0.0
        self._pass_on(waiting)

    def _pass_on(self, messages: list[Message]) -> None:
        if self.engine is not None:
            self.engine.send(messages)
