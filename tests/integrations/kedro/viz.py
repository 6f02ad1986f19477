"""Kedro-Viz itself, in an environment of its own, to hold our doors to."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from benchmarks.environments import NotInstalled, install, python_of
from benchmarks.page.kedro_viz import TOOL

_LOADER = """
import json, sys
from kedro_viz.api.rest.responses.run_events import RunStatusAPIResponse, transform_events_to_structured_format
asked = json.load(sys.stdin)
print(json.dumps({
    "read": [transform_events_to_structured_format(events).model_dump(mode="json") for events in asked["events"]],
    "kept": [RunStatusAPIResponse(**status).model_dump(mode="json") for status in asked["statuses"]],
}))
"""


@cache
def viz_python() -> Path:
    """The interpreter that has Kedro-Viz 12.5. Skips the test where it can't be had; fails in CI."""
    try:
        install(TOOL)
        return python_of(TOOL)
    except NotInstalled as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"Kedro-Viz can't be installed here: {error}")


def read_by_viz(events: list[Any], statuses: list[Any]) -> tuple[list[Any], list[Any]]:
    """What its loader makes of lists of events, and what its models keep of our answers."""
    asked = json.dumps({"events": events, "statuses": statuses})
    environment = {**os.environ, "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [viz_python(), "-c", _LOADER], input=asked, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    return told["read"], told["kept"]
