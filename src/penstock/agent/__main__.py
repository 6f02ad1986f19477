"""`python -m penstock.agent FD WORKERS LOG_LIMIT`, started by executors.local."""

from __future__ import annotations

import sys

from penstock.agent.supervisor import main

main(sys.argv[1:])
