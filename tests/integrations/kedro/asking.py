"""Looks into Kedro projects, one after the other: `python asking.py JSON`.

The JSON is a list of [pyproject.toml, name of a pipeline or null, environment or null, "look" or "load"]; printed is
the list of answers: of integrations.kedro.discover, or what a worker raised that opened the project for a run. Kedro
is imported once, and each project is opened by a fork of its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def loaded(file: Path, name: str | None, env: str | None) -> dict[str, Any]:
    """The class and the text of what a worker raises, with the facts that go with it; {} where it raises nothing."""
    from penstock.integrations.kedro.worker import load
    from penstock.model.ids import new_key, run_id
    from penstock.ports.executor import RunContext
    from penstock.worker.failures import describe

    code = {"root": str(file.parent), "name": name or "", "options": {"env": env}}
    try:
        load(
            RunContext(
                run_id=run_id(new_key(0.0)), pipeline=name or "", namespace="", version="", type="standard", params={},
                labels={}, code=code, artifacts=str(file.parent), logs=str(file.parent),
            )
        )  # fmt: skip
    except Exception as error:
        return describe(error)
    return {}


def asked(file: str, name: str | None, env: str | None, how: str) -> dict[str, Any]:
    """The answer of a child; what a project prints goes to standard error."""
    from penstock.integrations.kedro.discover import answer

    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)
        try:
            told = answer(Path(file), name, env) if how == "look" else loaded(Path(file), name, env)
            with os.fdopen(write, "wb") as answers:
                answers.write(json.dumps(told).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answers:
        said = answers.read()
    os.waitpid(child, 0)
    found: dict[str, Any] = json.loads(said)
    return found


def main() -> None:
    """Ask for all of them."""
    from penstock.integrations.kedro.bootstrap import preload

    preload()
    import penstock.integrations.kedro.definitions  # noqa: F401 - for all forks

    print(json.dumps([asked(*each) for each in json.loads(sys.argv[1])]))


if __name__ == "__main__":
    main()
