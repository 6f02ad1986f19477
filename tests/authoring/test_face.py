"""The public face: what it holds, and that importing it loads next to nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest

import penstock


def test_every_name_is_there() -> None:
    assert all(getattr(penstock, name) is not None for name in penstock.__all__)
    assert dir(penstock) == sorted(penstock.__all__)
    assert penstock.__version__ == version("penstock")
    with pytest.raises(AttributeError, match="no attribute 'Pipelin'"):
        getattr(penstock, "Pipelin")  # noqa: B009 - the name is what is tested


@pytest.mark.parametrize(
    ("line", "rooms"),
    [
        ("import penstock", {"penstock"}),
        ("from penstock import PenstockError", {"penstock", "penstock.errors"}),
    ],
)
def test_what_an_import_loads(line: str, rooms: set[str]) -> None:
    text = f"{line}\nimport sys\nprint(*[name for name in sys.modules if name.startswith('penstock')])"
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    assert set(told.split()) == rooms


def test_writing_a_pipeline_loads_no_heavy_library() -> None:
    text = "from penstock import Pipeline, Param, Retry, run\nimport sys\nprint(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout
    heavy = {
        "logging",
        "asyncio",
        "subprocess",
        "json.tool",
        "sqlalchemy",
        "pandas",
        "pyarrow",
        "click",
        "multiprocessing",
    }
    assert heavy.isdisjoint(told.split())


def test_who_runs_a_pipeline_as_other_tools_do_is_told_what_runs_it() -> None:
    one: Any = penstock.Pipeline("one")
    with pytest.raises(AttributeError, match=r"`penstock run test_face\.py`"):
        one.run()
    with pytest.raises(AttributeError, match=r"has no attribute 'tsak'$"):
        _ = one.tsak


def test_a_pipeline_of_a_notebook_is_told_to_go_into_a_file() -> None:
    names: dict[str, Any] = {}
    exec(compile("import penstock; flow = penstock.Pipeline('flow')", "/tmp/ipykernel_1/2.py", "exec"), names)
    with pytest.raises(AttributeError, match=r"write it into a file, and `penstock run FILE\.py` runs it"):
        names["flow"].run()
