"""The agent: takes attempts from the engine, has workers make them, ends what must end, reports.

From the engine: ["preload", [library]] · ["run", RunContext as an object] · ["dispatch", [Assignment]] ·
["cancel", [key]] · ["recall", [key]] · ["suspend", [key]] · ["resume", [key]] · ["forget", run id] · ["close"] ·
["freeze"] · ["thaw"] · ["alive", seconds of the monotonic clock] again and again.
To the engine: ["ready"] · ["started", …] · ["ended", …] · ["returned", …] · ["metric", …] · ["progress", …] ·
["told", …] · ["sample", …], with the fields of ports.executor · ["doubt"], all stands still until the engine has made
sure that its runs are its own, and says "thaw" · ["broken", why] before it gives up. What an agent says and hears
besides that outlives its engines: agent.shared.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from penstock import faults
from penstock.agent import attempts
from penstock.agent.attempts import Attempt
from penstock.agent.channel import Channel
from penstock.agent.dispatcher import Dispatcher
from penstock.agent.frames import Message
from penstock.agent.logs import LIMIT, LogFile
from penstock.agent.outbox import Outbox
from penstock.agent.poller import Poller
from penstock.agent.runs import Run
from penstock.agent.seedling import Seedling
from penstock.agent.switchboard import ADOPT
from penstock.agent.timers import Timers

#: Seconds that all stands still for an engine that is silent, before it is ended: the engine may only have been
#: starved, and we with it. When they are over others may have its runs (store.instances.TIME_TO_LIVE), and what stands
#: still may hold what they need.
LAST_WORD: Final = 5.0
SILENT: Final = (
    f"the engine said nothing for {ADOPT + LAST_WORD:g} s, so its tasks were ended: others may have its runs"
)


class Agent:
    """Serves an engine, to which `out` leads. One thread; every method runs in it."""

    def __init__(self, template: Seedling, workers: int, log_limit: int, out: Outbox) -> None:
        self._poller = Poller()
        self._timers = Timers(_is_over)
        self._out = out
        self._dispatcher = Dispatcher(workers, template, self._poller, self._timers, out)
        self._runs: dict[str, Run] = {}
        self._log_limit = log_limit
        self._serving = True
        #: When the engine last said that it is alive, by the clock that all processes of this machine share. None: it
        #: never does, as nobody else takes its runs.
        self._heard_at: float | None = None
        self._listening = False
        #: All stands still because of its silence, and it has not been heard again.
        self._in_doubt = False
        dispatcher = self._dispatcher
        self._words: dict[str, Callable[..., object]] = {
            "dispatch": self._dispatch,
            "run": self._prepare,
            "preload": dispatcher.crew.preload,
            "cancel": _for_each(dispatcher.cancel),
            "recall": dispatcher.recall,
            "suspend": _for_each(dispatcher.suspend),
            "resume": _for_each(dispatcher.resume),
            "forget": self._forget,
            "freeze": dispatcher.freeze,
            "thaw": dispatcher.thaw,
            "close": self._close,
            "alive": self._hear,
        }

    @property
    def hopeless(self) -> bool:
        """Whether no worker can be started any more."""
        return self._dispatcher.hopeless is not None

    def serve(self) -> None:
        """Work until there is nobody to work for; every process below is gone then."""
        poller, timers, out, dispatcher = self._poller, self._timers, self._out, self._dispatcher
        while self._serving:
            poller.turn(out.patience() or timers.patience())
            timers.fire()
            out.flush(hurry=not dispatcher.crowded)
            if dispatcher.hopeless is not None:
                self._give_up(dispatcher.hopeless)
        dispatcher.crew.end()

    def _give_up(self, why: str) -> None:
        self._out.add(["broken", why])
        self._out.flush(hurry=True)
        self._serving = False

    def _take(self, messages: list[Message]) -> None:
        for word, *facts in messages:
            heed = self._words.get(word)
            if heed is not None:  # a word that only some agents are told, or of an engine of a later version
                heed(*facts)

    def _close(self) -> None:
        self._serving = False

    # --- an engine that is silent: another one may have its runs -----------------------------------------

    def _listen(self) -> None:
        """See that the engine goes on saying that it is alive, as long as anything is under way for it."""
        if self._heard_at is not None and not self._listening and self._dispatcher.busy:
            self._listening = True
            self._timers.after(max(0.0, self._heard_at + ADOPT - time.monotonic()), self._look_for_word, None)

    def _look_for_word(self, _: None) -> None:
        # It may be us who stood still: then its words lie there.
        while self._out.engine is not None and self._out.engine.receive():
            pass
        self._listening = False
        if self._out.engine is None:
            return
        if not self._is_silent(time.monotonic()):
            self._listen()
        elif self._in_doubt:
            self._give_up(SILENT)
        else:
            self._doubt()
            self._listening = True
            self._timers.after(LAST_WORD, self._look_for_word, None)

    def _doubt(self) -> None:
        """Others may have its runs, for all that we know: nothing goes on beside what they do."""
        self._in_doubt = True
        self._dispatcher.freeze()

    def _hear(self, at: float) -> None:
        silent, self._heard_at = self._is_silent(at), at
        if silent:  # it stood still, and goes on
            self._doubt()
        if self._in_doubt and self._out.engine is not None:
            self._in_doubt = False
            self._out.engine.send([["doubt"]])
        self._listen()

    def _is_silent(self, at: float) -> bool:
        """Has the engine been silent for too long at that time, while something is under way for it?"""
        return self._heard_at is not None and self._dispatcher.busy and at - self._heard_at >= ADOPT

    def _prepare(self, context: dict[str, Any]) -> None:
        run = self._runs[context["run_id"]] = Run(context)
        self._dispatcher.crew.prepare(run)

    def _dispatch(self, assignments: list[list[Any]]) -> None:
        faults.reach("agent.dispatch")
        for assignment in assignments:
            run = self._runs[assignment[attempts.RUN]]
            log = LogFile(f"{run.logs}/{assignment[attempts.LOG]}", self._log_limit)
            self._dispatcher.add(Attempt(assignment, run, log))
        self._dispatcher.place()
        self._listen()

    def _forget(self, run_id: str) -> None:
        run = self._runs.pop(run_id, None)
        if run is not None:
            self._dispatcher.crew.forget(run)


class OwnAgent(Agent):
    """Belongs to one engine, on the other end of a socket, and ends with it."""

    def __init__(self, sock: socket.socket, template: Seedling, workers: int, log_limit: int = LIMIT) -> None:
        super().__init__(template, workers, log_limit, Outbox())
        self._out.engine = Channel(sock, self._poller, self._take, self._engine_gone)
        self._watch_parent()

    def _watch_parent(self) -> None:
        """The end of the socket tells that the engine is gone, unless a child that it forked holds it open."""
        if hasattr(os, "pidfd_open"):
            try:
                fd = os.pidfd_open(os.getppid())
            except OSError:
                return
            self._poller.watch(fd, self._engine_gone)

    def _engine_gone(self, _: str | None = None) -> None:
        self._serving = False


def _for_each(heed: Callable[[str], None]) -> Callable[[Iterable[str]], None]:
    def all_of(keys: Iterable[str]) -> None:
        for key in keys:
            heed(key)

    return all_of


def _is_over(fact: object) -> bool:
    """Timers of an attempt that is over are stale."""
    return isinstance(fact, Attempt) and fact.over
