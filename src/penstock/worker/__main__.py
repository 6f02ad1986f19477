"""`python -m penstock.worker FD`: the template of workers, for the agent at the other end of a socket."""

from __future__ import annotations

import sys

from penstock.worker.template import main

main(sys.argv[1:])
