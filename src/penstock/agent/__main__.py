"""`python -m penstock.agent FD WORKERS LOG_LIMIT`: an agent for the engine at the other end of a socket.

PENSTOCK_AGENT_PROFILE=FILE leaves a profile of its work there (cProfile).
"""

from __future__ import annotations

import os
import signal
import socket
import sys

from penstock.agent import processes
from penstock.agent.supervisor import Agent


def main(arguments: list[str]) -> None:
    """Serve until the engine is gone."""
    fd, workers, log_limit = map(int, arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    processes.set_name("penstock-agent")
    # It was inheritable to come here; a task's process must not get it.
    os.set_inheritable(fd, False)
    agent = Agent(socket.socket(fileno=fd), workers, log_limit)
    profile = os.environ.get("PENSTOCK_AGENT_PROFILE")
    if profile:
        import cProfile

        cProfile.runctx("agent.serve()", {}, {"agent": agent}, profile)
    else:
        agent.serve()
    os._exit(0)


main(sys.argv[1:])
