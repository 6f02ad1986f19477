"""`python -m penstock.agent FD WORKERS LOG_LIMIT [HELD]`: an agent for the engine at the other end of a socket.

HELD is a descriptor that is only kept open, see executors.lifelines.

PENSTOCK_AGENT_PROFILE=FILE leaves a profile of its work there (cProfile).
"""

from __future__ import annotations

import os
import sys

from penstock.agent import seedling


def main(arguments: list[str]) -> None:
    """Serve until the engine is gone."""
    fd, workers, log_limit, *held = map(int, arguments)
    # They were inheritable to come here; a task's process must not get them.
    for inherited in (fd, *held):
        os.set_inheritable(inherited, False)
    template = seedling.start()

    # The rest is imported while the template comes up.
    import gc
    import signal
    import socket

    from penstock.agent import processes
    from penstock.agent.supervisor import Agent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.adopt_orphans()
    processes.set_name("penstock-agent")
    agent = Agent(socket.socket(fileno=fd), template, workers, log_limit)
    # What is here now stays; what comes is small and mostly free of circles.
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)
    profile = os.environ.get("PENSTOCK_AGENT_PROFILE")
    if profile:
        import cProfile

        cProfile.runctx("agent.serve()", {}, {"agent": agent}, profile)
    else:
        agent.serve()
    os._exit(0)


main(sys.argv[1:])
