"""docs/kedro.md: its commands run, its switches switch, its words are those of the code."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from penstock.integrations.kedro.events_file import SWITCH as VIZ_SWITCH
from penstock.integrations.kedro.hooks import SWITCH
from penstock.integrations.kedro.pipeline_policies import PIPELINE_POLICIES
from penstock.integrations.kedro.policies import POLICIES, SECTIONS
from tests.integrations.kedro.recorded import Recorded

pytestmark = pytest.mark.beside

PAGE = (Path(__file__).parents[3] / "docs" / "kedro.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
#: What a test can't do again and again: it needs a registry, or waits for its end.
LEFT_OUT = ("pip install", "penstock up")
BIN = Path(sys.executable).parent


def commands() -> list[str]:
    return [line for block in BLOCKS for line in block.splitlines() if not line.startswith(LEFT_OUT)]


@pytest.mark.slow
def test_commands_run_one_after_the_other(project: Callable[[str], Path]) -> None:
    folder = project("spaceflights")
    text = re.search(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert text is not None
    (folder / "conf/base/penstock.yml").write_text(text[1])
    recorded = Recorded(folder)
    assert len(commands()) >= 6
    for line in commands():
        tool, *words = shlex.split(line)
        done = subprocess.run(
            [BIN / tool, *words], cwd=folder, env={**recorded.env, "PATH": f"{BIN}:{os.environ['PATH']}"}, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    assert {run["state"] for run in recorded.runs()} == {"succeeded"}


@pytest.mark.slow
def test_the_switches_switch(project: Callable[[str], Path]) -> None:
    folder = project("trivial")
    assert f"{SWITCH}=off" in PAGE
    off = Recorded(folder, TRIVIAL_NODES="2", **{SWITCH: "off"})
    off.kedro("run")
    assert not off.home.path.exists() or off.runs() == []
    settings = folder / "src/trivial/settings.py"
    settings.write_text('DISABLE_HOOKS_FOR_PLUGINS = ("penstock",)\n')
    told = Recorded(folder, TRIVIAL_NODES="2")
    told.kedro("run")
    assert not told.home.path.exists() or told.runs() == []
    settings.write_text("")
    on = Recorded(folder, TRIVIAL_NODES="2", **{VIZ_SWITCH: "on"})
    on.kedro("run")
    assert len(on.runs()) == 1


@pytest.mark.parametrize(
    "word", sorted({*POLICIES, *PIPELINE_POLICIES, *SECTIONS, SWITCH, VIZ_SWITCH, "/api/run-status"})
)
def test_the_page_names_every_word(word: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(word)}\b", PAGE)


def test_lines_of_the_page_are_short() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 130] == []
