"""What a type checker says of users' code: decorated functions keep their types, wrong words are seen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

CODE = """\
from penstock import Pipeline, Retry, run

p = Pipeline("p", params={"year": 2013}, tags=["t"])

@p.task
def plain(year: int) -> list[int]: return [year]

@p.task(retry=Retry(3, delay="5s"), timeout="2m", foreach={"item": "plain"}, after=plain)
def optioned(item: int) -> str: return str(item)

@p.finally_(timeout=3)
def handler() -> None: ...

called = p.task(plain, name="again")
reveal_type(plain)
reveal_type(optioned)
reveal_type(handler)
reveal_type(called)
reveal_type(run.attempt)
p.task(retyr=3)
p.on_failure(trigger="all_done")
p.task(trigger="all_suceeded")
run.atempt
from penstock import Pipelin
"""

TOLD = [
    'note: Revealed type is "def (year: int) -> list[int]"',
    'note: Revealed type is "def (item: int) -> str"',
    'note: Revealed type is "def ()"',
    'note: Revealed type is "def (year: int) -> list[int]"',
    'note: Revealed type is "int | None"',
    'error: Unexpected keyword argument "retyr" for overloaded function "task" of "Pipeline"',
    'error: Unexpected keyword argument "trigger" for overloaded function "on_failure" of "Pipeline"',
    'error: No overload variant of "task" of "Pipeline" matches argument type "str"',
    'error: "CurrentRun" has no attribute "atempt"',
    'error: Module "penstock" has no attribute "Pipelin"',
]


def test_types_of_users_code(tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(CODE, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary", str(file)],
        cwd=ROOT, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    lines = [line.split(": ", 1)[1] for line in ran.stdout.splitlines()]
    lines = [line for line in lines if line.startswith(("error", "note: Revealed type"))]
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert len(lines) == len(TOLD), ran.stdout
    for line, told in zip(lines, TOLD, strict=True):
        assert line.startswith(told)
