"""The engine process of `penstock up`: runs what was asked for, and keeps the store's picture of the project.

It tells its parent how it is by lines of JSON on standard output: `{"ready": true}`, `{"definitions": {...}}`,
`{"draining": runs}`. SIGTERM drains: nothing is begun any more, what runs gets half of the grace time to end by itself,
then is cancelled. SIGINT ends all at once. Where the parent is gone, nobody has asked for an end: this process dies
too, and its runs wait for the next `penstock up`.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from penstock.bell import Bell
from penstock.compose.claims import Claims
from penstock.compose.executors import call_agent, start_executor
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.parent import alone, tell
from penstock.compose.settings import Settings, load_settings
from penstock.compose.tidier import Tidier
from penstock.compose.watcher import State, Watcher
from penstock.engine.handle import RunHandle
from penstock.errors import ExecutorError
from penstock.executors import lifelines
from penstock.ports.resting import PausableExecutor
from penstock.store.database import is_file
from penstock.store.instances import this_process

#: Seconds between two looks for runs that were asked for: in the file of SQLite, and at a server.
LOOK: Final = 0.1
LOOK_FAR: Final = 0.25
#: Seconds without a run after which workers make room: with what a pipeline of tables loads they take 200 MB each.
REST: Final = 60.0
#: Seconds that runs get to be recorded once everything was killed.
LAST: Final = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until told to end; the exit code. Raises PenstockError for what keeps it from that."""
    logging.basicConfig(level=logging.WARNING, format="penstock: %(message)s")
    return _work(_parser().parse_args(arguments))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m penstock.compose.engine_process", description="An engine.")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--grace", type=float, default=10.0)
    parser.add_argument("--switchboard", type=int, help="where the agent is called; without it we have one of our own")
    return parser


class Ending:
    """How this process was asked to end: not yet, by draining, or at once."""

    def __init__(self) -> None:
        self.asked = False
        self.at_once = False
        self.exit_code = 0
        self._parent = os.getppid()
        self._bell = Bell()
        signal.signal(signal.SIGTERM, self._drain)
        signal.signal(signal.SIGINT, self._hurry)

    def wait(self, seconds: float) -> bool:
        """Is this process to end? Asked for so many seconds."""
        if not self.asked:
            self._bell.wait(seconds)
        return self.asked

    def because_of(self, problem: str) -> None:
        """End at once, with exit code 1: there is nothing to be saved."""
        print(f"penstock: {problem}", file=sys.stderr)
        self.exit_code = 1
        self._end(at_once=True)

    def _drain(self, _number: int, _frame: FrameType | None) -> None:
        if os.getppid() != self._parent:
            os._exit(1)  # what runs is no more to be cancelled than if the machine had gone
        self._end(at_once=False)

    def _hurry(self, _number: int, _frame: FrameType | None) -> None:
        self._end(at_once=True)

    def _end(self, *, at_once: bool) -> None:
        self.at_once = self.at_once or at_once
        self.asked = True
        self._bell.ring()


def _work(options: argparse.Namespace) -> int:
    ending = Ending()
    settings = load_settings(options.project, os.environ)
    # The agent's processes come up while the rest is made.
    home = Home(options.home, options.database)
    lifeline = home.lifeline(this_process())
    executor = _executor(options, settings, lifeline)
    claims: list[Claims] = []

    def duty(local: LocalEngine) -> Claims:
        lost = "this engine was taken for dead, and its runs were given away"
        claims.append(Claims(local, lambda: ending.because_of(lost)))
        return claims[0]

    look = LOOK if is_file(options.database) else LOOK_FAR
    project = options.project.absolute()
    with LocalEngine(
        home, settings, executor, kind="engine", look=look, rest_after=REST, project=project, duty=duty
    ) as local:
        watcher = Watcher(options.project, local.database, _tell_state)
        watcher.start()
        tidier = Tidier(local.database, home, local.owner, settings.retention, lambda: bool(local.engine.live()))
        tidier.start()
        tell({"ready": True})
        try:
            _wait(local, ending)
            claims[0].close()
            # A run that is paused, or waits for a slot, waits for the next engine, as it would if this one were killed.
            drain(lambda: [run for run in local.engine.going() if not run.rests], options.grace, lambda: ending.at_once)
        finally:
            tidier.close()
            watcher.close()
    lifelines.sweep(home.lifelines)
    return ending.exit_code


def _executor(options: argparse.Namespace, settings: Settings, lifeline: Path) -> PausableExecutor:
    if options.switchboard is None:
        return start_executor(settings, workers=options.workers, lifeline=lifeline, engine=True)
    os.set_inheritable(options.switchboard, False)
    return call_agent(settings, options.workers, socket.socket(fileno=options.switchboard), lifeline)


def _wait(local: LocalEngine, ending: Ending) -> None:
    """Return when this process is to end."""
    while not ending.wait(1.0):
        crash = local.engine.crash
        if crash is not None:
            if isinstance(crash, ExecutorError):
                ending.because_of(str(crash))
            else:
                logging.getLogger("penstock.engine").error("the engine stopped", exc_info=crash)
                ending.because_of(f"the engine stopped: {type(crash).__name__}: {crash}")


def drain(live: Callable[[], list[RunHandle]], grace: float, at_once: Callable[[], bool]) -> None:
    """Let what runs end: by itself for half of `grace` seconds, then cancelled, at last killed.

    `live` gives the handles of the runs that are not over.
    """
    start = time.monotonic()
    if live():
        tell({"draining": len(live())})
    _wait_for(live, start + grace / 2, at_once)
    for handle in live():
        handle.cancel("interrupted")
    _wait_for(live, start + grace, at_once)
    for handle in live():
        handle.kill("interrupted")
    _wait_for(live, time.monotonic() + LAST, lambda: False)


def _wait_for(live: Callable[[], list[RunHandle]], deadline: float, at_once: Callable[[], bool]) -> None:
    for handle in live():
        # In pieces, so that a signal is heeded.
        while not handle.wait(0.05):
            if at_once() or time.monotonic() > deadline:
                return


def _tell_state(state: State) -> None:
    problems = [
        {"file": one.file, "line": one.line, "message": one.message, "cure": one.cure} for one in state.problems
    ]
    tell({"definitions": {"pipelines": state.pipelines, "problems": problems}})


if __name__ == "__main__":
    sys.exit(alone(main))
