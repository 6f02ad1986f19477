"""What only the inline executor promises."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from penstock.executors.inline import InlineExecutor
from tests.executors.stage import PIPELINES, Stage

SCRIPT = """
import sys
from pathlib import Path
from penstock.executors.inline import InlineExecutor
from tests.executors.stage import Stage
stage = Stage(InlineExecutor(), Path(sys.argv[1]), Path(sys.argv[2]))
print("ended with", stage.value(stage.run("stops")))
"""
PIPELINE = """
from penstock import Pipeline, run
pipeline = Pipeline("debugged")

@pipeline.task
def stops():
    value = 41
    run.log("on the way")
    breakpoint()
    return value
"""


def test_breakpoints_work_on_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "debugged.py"
    file.write_text(PIPELINE)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(file)],
        input="p value + 1\nvalue = 7\nc\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "(Pdb) 42" in done.stdout, done
    assert done.stdout.endswith("ended with 7\n")
    assert "info: on the way" in done.stderr


def test_it_works_in_the_thread_that_polls(tmp_path: Path) -> None:
    stage = Stage(InlineExecutor(), tmp_path, PIPELINES / "conformance.py")
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(stage.value(stage.run("where"))))
    thread.start()
    thread.join()
    assert found == [[os.getpid(), True]]


def test_what_is_written_stays_on_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    stage = Stage(InlineExecutor(), tmp_path, PIPELINES / "conformance.py")
    stage.run("speaks")
    out, err = capfd.readouterr()
    assert out == "to output\n"
    assert "to error\n" in err
