"""The agent of `penstock up`: a process beside the engine, and it outlives that one (docs/decisions/0019).

Engines call by the switchboard. On the connection they say, besides what agent.supervisor tells: ["ack", number], all
frames up to that one are on record · ["spare", [key]], all but these attempts of an earlier engine are to be ended, so
that nothing that they hold is free before · ["keep", [key]], the attempts of an earlier engine that this one goes on
with · ["fallen"], it ends because something went wrong in it.
To the engine: ["here", pid, number of the last frame, whether an engine has left attempts here, [name of a lifeline],
{key: was it asked to end}] first of all · ["spared", [key]] when all but these are dead · ["frame", number] before the
reports of each frame · ["refused"] to one that was started before the engine that is there.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from typing import Any, Final, NoReturn

from penstock.agent import switchboard
from penstock.agent.channel import Channel
from penstock.agent.ledger import Ledger
from penstock.agent.seedling import Seedling
from penstock.agent.supervisor import Agent
from penstock.agent.switchboard import ADOPT, Call

#: Engines that may fall of themselves in a row: one may fall of what is told to it here, and so would the next.
FALLS: Final = 3
#: Seconds between two looks whether what was killed is dead.
DYING: Final = 0.005
#: Seconds after which an engine that falls is none in that row.
SETTLED: Final = 60.0


class SharedAgent(Agent):
    """Serves one engine after the other, and ends with `penstock up`."""

    def __init__(self, board: socket.socket, first: Call, template: Seedling) -> None:
        self._ledger = Ledger()
        super().__init__(template, first.hello.workers, first.hello.log_limit, self._ledger)
        self._board = board
        self._engine: Channel | None = None
        self._hello = first.hello
        #: The lifelines of the engines that it worked for: others see that what they left is still under way.
        self._lifelines: dict[str, int] = {}
        #: How many engines have gone, and how many have fallen in a row.
        self._gone = self._falls = 0
        self._met_at = 0.0
        #: Runs of engines that are gone.
        self._inherited: set[str] = set()
        #: It was told to end for good.
        self.dismissed = False
        self._words |= {
            "ack": self._ledger.acknowledge,
            "spare": self._spare,
            "keep": self._keep,
            "fallen": self._hear_of_fall,
        }
        self._poller.watch(board.fileno(), self._called)
        self._bell = _bell_of_sigterm()
        self._poller.watch(self._bell, self._dismiss)
        self._meet(first)

    def serve(self) -> None:
        """Work until there is nobody to work for; then nothing is left that the engines could wait for."""
        super().serve()
        for fd in self._lifelines.values():
            os.close(fd)
        if self._engine is not None:
            self._engine.close()

    # --- engines that come -----------------------------------------------------------------------------

    def _called(self) -> None:
        call = switchboard.answer(self._board)
        if call is None:
            # Nobody is left, and nobody can come: `up` is gone, and so is its engine.
            self._dismiss()
        elif call.hello.rank < self._hello.rank:
            self._refuse(call)
        else:
            self._meet(call)

    def _refuse(self, call: Call) -> None:
        os.close(call.lifeline)
        stranger = Channel(call.connection, self._poller, lambda _: None, lambda _: None)
        stranger.send([["refused"]])
        stranger.close()

    def _meet(self, call: Call) -> None:
        before = self._engine
        if before is not None:
            # It was killed: what it has sent may be on record.
            while before.receive():
                pass
            if not before.closed:
                before.close()
                self._engine_gone()
        hello = self._hello = call.hello
        self._log_limit = hello.log_limit
        held = self._lifelines.get(hello.lifeline)
        if held is not None:
            os.close(held)
        self._lifelines[hello.lifeline] = call.lifeline
        self._met_at = self._heard_at = time.monotonic()
        self._in_doubt = False
        self._engine = Channel(call.connection, self._poller, self._take, self._engine_gone)
        running = self._dispatcher.running()
        # An engine may keep what it got back for a while, of a run that rests; that is on no record.
        returned = [key for run in self._runs.values() for key in run.returned]
        attempts = dict.fromkeys(self._ledger.meet(self._engine, running, returned), False) | running
        left = self._ledger.left
        self._inherited = set(self._runs) if left else set()
        self._engine.send([["here", os.getpid(), self._ledger.number, left, [*self._lifelines], attempts]])
        if not left:
            self._dispatcher.go_on(hello.workers)
        self._listen()

    def _give_up(self, why: str) -> None:
        """What the engine may not have taken is left for the next one."""
        super()._give_up(why)
        self._ledger.leave(self._hello.spool, self._dispatcher.running())

    def _spare(self, keys: list[str]) -> None:
        self._dispatcher.kill(self._dispatcher.running().keys() - set(keys))
        self._tell_spared((self._gone, keys))

    def _hear_of_fall(self) -> None:
        self._falls = 1 if time.monotonic() - self._met_at > SETTLED else self._falls + 1

    def _tell_spared(self, spared: tuple[int, list[str]]) -> None:
        """Answer once the others are dead, unless the engine that asked has gone."""
        gone, keys = spared
        if self._engine is None or gone != self._gone:
            return
        if self._dispatcher.running().keys() - set(keys):
            self._timers.after(DYING, self._tell_spared, spared)
        else:
            self._engine.send([["spared", keys]])

    def _keep(self, keys: list[str]) -> None:
        if not self._ledger.left:
            return
        self._ledger.flush(hurry=True)
        self._dispatcher.kill(self._ledger.keep(keys))
        # Not before: what nobody goes on with may be what is dispatched anew.
        self._dispatcher.go_on(self._hello.workers)
        for run_id in self._inherited:
            self._forget(run_id)
        self._inherited = set()

    def _prepare(self, context: dict[str, Any]) -> None:
        if context["run_id"] in self._inherited:
            self._inherited.discard(context["run_id"])
        else:
            super()._prepare(context)

    # --- engines that go -------------------------------------------------------------------------------

    def _engine_gone(self, _: str | None = None) -> None:
        """Go on without one, for a while."""
        self._engine = None
        self._gone += 1
        if self.dismissed or self._falls >= FALLS:
            self._serving = False
            return
        self._dispatcher.stand_still()
        self._out.flush(hurry=True)
        self._ledger.leave(self._hello.spool, self._dispatcher.running())
        self._timers.after(ADOPT, self._give_up_waiting, self._gone)

    def _give_up_waiting(self, gone: int) -> None:
        if self._engine is None and gone == self._gone:
            self._serving = False

    def _dismiss(self) -> None:
        """End for good: at once, or after the engine that is there, which is ending too."""
        self.dismissed = True
        for fd in (self._board.fileno(), self._bell):
            self._poller.forget(fd)
        if self._engine is None:
            self._serving = False


def _bell_of_sigterm() -> int:
    """A descriptor that can be read when SIGTERM has come."""
    bell, end = os.pipe()
    for fd in (bell, end):
        os.set_blocking(fd, False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    return bell


def begin_anew(board: socket.socket) -> NoReturn:
    """Be a fresh agent as soon as an engine calls, of which nothing is left of before; end when none can."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if not switchboard.is_calling(board):
        os._exit(0)
    board.set_inheritable(True)
    os.execv(sys.executable, [sys.executable, "-P", "-m", "penstock.agent", "--shared", str(board.fileno())])
