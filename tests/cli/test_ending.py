"""The end of the log of a task that failed."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from penstock.cli.ending import TAIL, _tail
from penstock.store.logs import AttemptLog

CRASH = ["Fatal Python error: Segmentation fault", "", "Stack (most recent call first):", *['  File "a"'] * 100]
DEATH = "the worker died of SIGSEGV"


@pytest.mark.parametrize(
    ("reason", "lines", "shown"),
    [
        ("user_error", ["one", "two"], ["one", "two"]),
        ("user_error", [str(at) for at in range(9)], [str(at) for at in range(9 - TAIL, 9)]),
        ("worker_lost", ["one", *CRASH, DEATH], ["one"]),
        ("worker_lost", [*map(str, range(9)), *CRASH, DEATH], [str(at) for at in range(9 - TAIL, 9)]),
        ("worker_lost", ["one", DEATH], ["one"]),
        ("worker_lost", [DEATH], []),
    ],
)
def test_what_the_error_tells_is_not_told_twice(
    tmp_path: Path, reason: str, lines: list[str], shown: list[str]
) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"message": line}) + "\n" for line in lines))
    log = AttemptLog("a", None, None, 1, 1, "failed", "a.jsonl")
    attempt = {"generation": 1, "n": 1, "reason": reason}
    assert _tail([log], attempt, SimpleNamespace(logs=tmp_path)) == shown  # type: ignore[arg-type]
