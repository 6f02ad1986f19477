"""Looks into Kedro projects, one after the other: `python asking.py JSON`.

The JSON is a list of [pyproject.toml, name of a pipeline or null, environment or null]; printed is the list of answers
(integrations.kedro.discover.answer). Kedro is imported once, and each project is opened by a fork of its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def asked(file: str, name: str | None, env: str | None) -> dict[str, Any]:
    """The answer of a child; what a project prints goes to standard error."""
    from penstock.integrations.kedro.discover import answer

    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)
        try:
            os.write(write, json.dumps(answer(Path(file), name, env)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answers:
        told = answers.read()
    os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(told)
    return found


def main() -> None:
    """Ask for all of them."""
    from penstock.integrations.kedro.bootstrap import preload

    preload()
    import penstock.integrations.kedro.definitions  # noqa: F401 - for all forks

    print(json.dumps([asked(*each) for each in json.loads(sys.argv[1])]))


if __name__ == "__main__":
    main()
