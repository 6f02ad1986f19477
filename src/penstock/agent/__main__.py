"""`python -m penstock.agent FD WORKERS LOG_LIMIT [HELD]`: an agent for the engine at the other end of a socket.

HELD is a descriptor that is only kept open, see executors.lifelines. `python -m penstock.agent --shared FD`: the agent
of `penstock up`, for the engines that call by the switchboard there.

PENSTOCK_AGENT_PROFILE=FILE leaves a profile of its work there (cProfile).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from penstock.agent import seedling

if TYPE_CHECKING:
    import socket

    from penstock.agent.supervisor import Agent


def main(arguments: list[str]) -> None:
    """Serve until there is nobody to serve."""
    shared = arguments[0] == "--shared"
    fds = arguments[1:2] if shared else [arguments[0], *arguments[3:]]
    # They were inheritable to come here; a task's process must not get them.
    for inherited in map(int, fds):
        os.set_inheritable(inherited, False)
    template = seedling.start()

    # The rest is imported while the template comes up.
    import signal
    import socket

    from penstock.agent import processes

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    processes.set_name("penstock-agent")
    if shared:
        _serve_engines(socket.socket(fileno=int(arguments[1])), template)
    else:
        from penstock.agent.supervisor import OwnAgent

        fd, workers, log_limit = map(int, arguments[:3])
        _serve(OwnAgent(socket.socket(fileno=fd), template, workers, log_limit))
    os._exit(0)


def _serve_engines(board: socket.socket, template: seedling.Seedling) -> None:
    from penstock.agent import shared, switchboard

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


main(sys.argv[1:])
