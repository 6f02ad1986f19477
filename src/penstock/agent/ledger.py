"""The reports of an agent that outlives its engines: kept until an engine says that they are on record.

They leave in numbered frames, and the engine acknowledges numbers. When it is gone, what it has not acknowledged stays
here and on disk, with what comes after, until the next engine says which attempts it goes on with.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from penstock.agent.channel import Channel
from penstock.agent.frames import Message
from penstock.agent.outbox import Outbox
from penstock.agent.spool import FINAL, Spool


class Ledger(Outbox):
    """Lives in three states: an engine is there; none is; one is there and has not said yet what it goes on with."""

    def __init__(self) -> None:
        super().__init__()
        #: The number of the last frame.
        self.number = 0
        #: An engine has gone, and none has said since what it goes on with: reports are held back.
        self.left = False
        self._frames: deque[tuple[int, list[Message]]] = deque()
        self._spool = Spool()
        self._spooled_to = 0
        #: Attempts that the engine which came last may go on with, and those that it does not.
        self._inherited: set[str] = set()
        self._returned: set[str] = set()
        self._doomed: set[str] = set()

    def leave(self, spool: str, running: Iterable[str]) -> None:
        """The engine is gone; reports go to this file meanwhile. `running`: keys of what goes on."""
        self.engine, self.left = None, True
        # What came back and runs since was given out again: nobody must do that once more.
        given = set(running)
        self._frames = deque(
            (number, [one for one in messages if one[0] != "returned" or one[1] not in given])
            for number, messages in self._frames
        )
        self._spool.begin(spool, self._kept())

    def meet(self, engine: Channel, running: Iterable[str], returned: Iterable[str]) -> set[str]:
        """An engine is there. `running`: keys of what runs; `returned`: of what engines before have back.

        The keys of attempts that do not run, of which it may have to know.
        """
        self.engine = engine
        ended = {message[1] for message in self._kept() if message[0] in FINAL}
        self._returned = set(returned) - ended
        self._inherited = {*running, *ended, *self._returned} if self.left else set()
        return ended | self._returned

    def keep(self, keys: Iterable[str]) -> set[str]:
        """The engine goes on with these attempts, and gets what it may have missed; the keys of the others."""
        doomed, self._inherited = self._inherited - set(keys), set()
        self._doomed |= doomed
        kept = self._kept() + [["returned", key] for key in sorted(self._returned)]
        self._frames.clear()
        self.left = False
        self._pass_on(kept)
        self._spooled_to = self.number
        return doomed

    def acknowledge(self, number: int) -> None:
        """All frames up to that number are on record."""
        frames = self._frames
        while frames and frames[0][0] <= number:
            frames.popleft()
        if self._spooled_to and number >= self._spooled_to:
            self._spooled_to = 0
            self._spool.end()

    def _kept(self) -> list[Message]:
        return [message for _, messages in self._frames for message in messages]

    def _pass_on(self, messages: list[Message]) -> None:
        if self._doomed:
            messages = self._without_doomed(messages)
        if not messages:
            return
        self.number += 1
        self._frames.append((self.number, messages))
        if self.engine is None:
            self._spool.add(messages)
        elif not self.left:
            self.engine.send([["frame", self.number], *messages])

    def _without_doomed(self, messages: list[Message]) -> list[Message]:
        """What is told of attempts that nobody goes on with is for nobody."""
        wanted = [message for message in messages if len(message) < 2 or message[1] not in self._doomed]
        self._doomed -= {message[1] for message in messages if message[0] in FINAL}
        return wanted
