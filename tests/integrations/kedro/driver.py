"""Runs pipelines of a Kedro project from Python, one after the other: `python driver.py PROJECT JSON`.

The JSON is a list of {"runner", "async", "pipeline", "env", "params", **arguments of KedroSession.run}; printed is a
list of what was raised (null, or the class). It needs Kedro alone, of any version from 1.0.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any


def run(project: Path, case: dict[str, Any]) -> str | None:
    """One run; the class of what was raised."""
    from kedro.framework.session import KedroSession

    case = dict(case)
    made = getattr(importlib.import_module("kedro.runner"), case.pop("runner", "SequentialRunner"))
    runner = made(is_async=case.pop("async", False))
    name = case.pop("pipeline", "__default__")
    plural = "pipeline_names" in inspect.signature(KedroSession.run).parameters
    named: dict[str, Any] = {"pipeline_names": [name]} if plural else {"pipeline_name": name}
    extra = {"env": case.pop("env", None)}
    params = case.pop("params", None)
    key = "runtime_params" if "runtime_params" in inspect.signature(KedroSession.create).parameters else "extra_params"
    with KedroSession.create(project_path=project, **extra, **{key: params}) as session:
        try:
            session.run(runner=runner, **named, **case)
        except Exception as error:
            return type(error).__name__
    return None


def main() -> None:
    """Make all runs."""
    from kedro.framework.startup import bootstrap_project

    project = Path(sys.argv[1])
    bootstrap_project(project)
    print(json.dumps([run(project, case) for case in json.loads(sys.argv[2])]))


if __name__ == "__main__":
    main()
