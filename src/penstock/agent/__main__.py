"""`python -m penstock.agent FD WORKERS LOG_LIMIT [HELD]`: an agent for the engine at the other end of a socket.

HELD is a descriptor that is only kept open, see executors.lifelines. `python -m penstock.agent --shared FD`: the agent
of `penstock up`, for the engines that call by the switchboard there.

PENSTOCK_AGENT_PROFILE=FILE leaves a profile of its work there (cProfile).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from penstock.agent import seedling
    from penstock.agent.supervisor import Agent


def load(arguments: list[str]) -> Callable[[], None]:
    """What is to be done until there is nobody to serve, with all that it needs loaded."""
    shared = arguments[0] == "--shared"
    fds = arguments[1:2] if shared else [arguments[0], *arguments[3:]]
    # They were inheritable to come here; a task's process must not get them.
    for inherited in map(int, fds):
        os.set_inheritable(inherited, False)
    from penstock.agent import seedling

    template = seedling.start()

    # The rest is imported while the template comes up.
    import signal
    import socket

    from penstock.agent import processes

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    processes.set_name("penstock-agent")
    if shared:
        return _engines(socket.socket(fileno=int(arguments[1])), template)
    from penstock.agent.supervisor import OwnAgent

    fd, workers, log_limit = map(int, arguments[:3])
    agent = OwnAgent(socket.socket(fileno=fd), template, workers, log_limit)
    return lambda: _serve(agent)


def _engines(board: socket.socket, template: seedling.Seedling) -> Callable[[], None]:
    from penstock.agent import shared, switchboard

    def serve_engines() -> None:
        print('{"ready": true}', flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC), 1)
        first = switchboard.answer(board)
        if first is None:
            return
        agent = shared.SharedAgent(board, first, template)
        _serve(agent)
        if agent.hopeless:
            os._exit(1)
        if not agent.dismissed:
            shared.begin_anew(board)

    return serve_engines


def _serve(agent: Agent) -> None:
    import gc

    # What is here now stays; what comes is small and mostly free of circles.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    profile = os.environ.get("PENSTOCK_AGENT_PROFILE")
    if profile:
        import cProfile

        cProfile.runctx("agent.serve()", {}, {"agent": agent}, profile)
    else:
        agent.serve()


def _told(error: Exception) -> bool:
    """Tell the parent what of our code can't be loaded, as compose.parent has it. False where it is not that."""
    import json

    from penstock.agent.loading import not_loaded, wrong

    found = not_loaded(error)
    if found is not None:
        print(json.dumps(wrong(found)), flush=True)
    return found is not None


try:
    serve = load(sys.argv[1:])
except Exception as error:
    # Of `penstock run` nobody reads what we print.
    if sys.argv[1] != "--shared" or not _told(error):
        raise
    os._exit(2)
serve()
os._exit(0)
