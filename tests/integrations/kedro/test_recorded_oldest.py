"""The core of the table on the oldest Kedro that we take.

Its environment holds Kedro alone. So the hooks are named in the project's settings, the recorder can't begin there, and
its spool is read here: nothing is lost by that.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

import penstock
from benchmarks.environments import NotInstalled, install, python_of
from tests.integrations.kedro.projects.made import make_project
from tests.integrations.kedro.recorded import Recorded, states
from tests.integrations.kedro.test_contract import OLDEST
from tests.integrations.kedro.test_recorded_matrix import (
    ASYNC,
    BAD,
    BELOW,
    ENDS,
    PARALLEL,
    SEQUENTIAL,
    SLICE,
    THREAD,
    WELL,
)

HOOKS = "from penstock.integrations.kedro.hooks import recorder_hooks\n\nHOOKS = (recorder_hooks,)\n"


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter that has Kedro 1.0. Skips where it can't be had; fails in CI."""
    try:
        install(OLDEST)
        return python_of(OLDEST)
    except NotInstalled as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"Kedro 1.0 can't be installed here: {error}")


@pytest.fixture
def recorded(python: Path, tmp_path: Path) -> Recorded:
    project = make_project("failing", tmp_path)
    (project / "src/failing/settings.py").write_text(HOOKS)
    kinds = "".join(f"{name}: {{type: failing.datasets.Unwritable}}\n" for name in ("absent", "unwritable"))
    (project / "conf/base/catalog.yml").write_text(kinds)
    return Recorded(project, python, PYTHONPATH=str(Path(penstock.__file__).parents[1]))


def test_runners_and_ends(recorded: Recorded) -> None:
    cases: list[dict[str, Any]] = [
        {**way, "pipeline": name} for way in (SEQUENTIAL, ASYNC, THREAD, PARALLEL) for name in ENDS
    ]
    assert recorded.drives(*cases) == [ENDS[case["pipeline"]][0] for case in cases]
    runs = recorded.runs()
    assert len(runs) == len(cases)
    for case, run in zip(cases, runs, strict=True):
        raised, operation, dataset = ENDS[case["pipeline"]]
        good = {"begin": WELL, "add": WELL}
        assert states(run) == (good if raised is None else {**good, "fail": BAD, "after": BELOW}), case
        assert run["facts"]["runner"] == case["runner"]
        assert run["facts"]["async"] is bool(case.get("async"))
        assert run["facts"]["kedro_version"] == "1.0.0"
        if raised is not None:
            error = recorded.errors(run)["fail"]
            assert (error.get("operation"), error.get("dataset")) == (operation, dataset), case


def test_a_part_and_a_command(recorded: Recorded) -> None:
    recorded.kedro("run", "--nodes", "begin")
    run = recorded.run()
    assert states(run) == {"begin": WELL, "add": SLICE}
    assert run["selection"] == {"only": ["begin"]}
    assert run["pipeline"] == "__default__"
