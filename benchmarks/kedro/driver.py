"""Run a Kedro project in this process, and print what the run took: `driver.py RUNNER REPEAT`, in the project's folder.

It imports nothing of Penstock, so that any environment that has Kedro can run it.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import time
from pathlib import Path


def main(runner: str, repeat: int) -> None:
    """Each run in a session of its own, as `kedro run` does; the first does not count, unless it is the only one."""
    from kedro.framework.session import KedroSession
    from kedro.framework.startup import bootstrap_project

    project = Path.cwd()
    bootstrap_project(project)
    make = getattr(importlib.import_module("kedro.runner"), runner)
    seconds = []
    for _ in range(repeat + 1):
        with KedroSession.create(project_path=project) as session:
            logging.disable(logging.CRITICAL)
            wall, cpu = time.perf_counter(), time.process_time()
            session.run(runner=make())
            seconds.append({"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu})
    print(json.dumps({"runs": seconds[1:] or seconds}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
