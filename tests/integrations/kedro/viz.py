"""Kedro-Viz itself, in an environment of its own, to hold our doors to."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest

from benchmarks.environments import NotInstalled, install, python_of
from benchmarks.page.kedro_viz import PORTS, TOOL
from benchmarks.page.serving import end, first_answer, free_port

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


@contextlib.contextmanager
def viz_serving(project: Path) -> Iterator[Callable[[str], Any]]:
    """`kedro viz run` on a project: what it answers at an address.

    `--lite`: its environment lacks the project's datasets, which its graph does not need.
    """
    port = free_port(PORTS)
    origin = f"http://127.0.0.1:{port}"
    words = ["viz", "run", "--lite", "--no-browser", "--host", "127.0.0.1", "--port", str(port)]
    output = project.parent / "viz.txt"
    with open(output, "w") as told:
        process = subprocess.Popen(
            [str(viz_python().parent / "kedro"), *words], cwd=project, text=True, stdin=subprocess.DEVNULL,
            env={**os.environ, "DO_NOT_TRACK": "1", "HOME": str(project.parent)}, stdout=told,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        try:
            first_answer(process, origin, time.perf_counter(), "/api/main")
        except ConnectionError as error:
            raise AssertionError(output.read_text()) from error
        with httpx2.Client(base_url=origin, trust_env=False, timeout=60) as client:
            yield lambda path: client.get(path).raise_for_status().json()
    finally:
        end(process)
