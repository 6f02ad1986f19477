"""Attempts that a worker has before it is free, so that between two short tasks it need not wait for us.

Each is sent with a number, and a token for it (the number, one byte) goes into a pipe of which worker and agent both
hold the reading end. Whoever reads the token decides: the worker reads one before it begins, the agent reads all to
have the attempts back. So an attempt that is begun is never given to another, and one that waits behind a long one is
free again in a moment, although its worker is busy and can't be asked.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Final

from penstock.agent.attempts import Attempt
from penstock.agent.frames import Message

#: Attempts that wait at one worker. Tokens are numbers below 256, so it must stay well below.
MOST: Final = 16


class Ahead:
    """What waits at one worker, in order. `end` is the descriptor that the worker gets."""

    def __init__(self) -> None:
        self.waiting: deque[Attempt] = deque()
        self.end, self._write = os.pipe()
        os.set_blocking(self.end, False)
        self._number = 0
        #: It may still have messages of attempts that were taken back. It gets no token before it has made an attempt
        #: that was sent after them, or it would take the token for one of those.
        self.stale = False

    def add(self, attempts: list[Attempt]) -> list[Message]:
        """What is to be sent to the worker now. The tokens are there before: without one, it passes an attempt over."""
        messages: list[Message] = []
        tokens = bytearray()
        for attempt in attempts:
            self._number = (self._number + 1) & 0xFF
            tokens.append(self._number)
            messages.append(["next", self._number, attempt.assignment])
        os.write(self._write, tokens)
        self.waiting.extend(attempts)
        return messages

    def recall(self) -> tuple[list[Attempt], bool]:
        """Those that were not begun, in order: they are ours again, and what stays in `waiting` was begun.

        And whether one more was not begun: the attempt that the worker is taken to be at, because the one before
        it has ended.
        """
        tokens = self._tokens()
        back = min(tokens, len(self.waiting))
        self.stale = self.stale or tokens > 0
        recalled = [self.waiting.pop() for _ in range(back)]
        recalled.reverse()
        return recalled, tokens > back

    def abandon(self) -> list[Attempt]:
        """All that wait, of a worker that begins nothing more by itself."""
        self._tokens()
        self.stale = True
        abandoned = list(self.waiting)
        self.waiting.clear()
        return abandoned

    def _tokens(self) -> int:
        """Take what tokens there are; how many that were."""
        try:
            return len(os.read(self.end, 256))
        except BlockingIOError:
            return 0

    def close(self) -> None:
        """The worker is gone."""
        os.close(self.end)
        os.close(self._write)
