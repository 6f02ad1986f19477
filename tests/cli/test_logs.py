"""Lines of many log files as one stream."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.last_lines import last_lines
from penstock.cli.logs import Wish, choose
from penstock.errors import NotFound, UsageError
from penstock.store.logs import AttemptLog

TASKS = {"load", "each", "silent", "never_ran"}


def _log(task: str, n: int = 1, map_index: int | None = None, label: str | None = None) -> AttemptLog:
    return AttemptLog(task, map_index, label, 1, n, "succeeded", f"{task}-{map_index}-{n}.jsonl")


def _write(folder: Path, log: AttemptLog, *lines: tuple[float, str], level: str | None = "info", end: str = "") -> None:
    texts = [
        json.dumps({"at": at, "seq": seq, "stream": "stdout", "level": level, "logger": None, "message": message})
        for seq, (at, message) in enumerate(lines)
    ]
    (folder / log.path).write_text("".join(f"{text}\n" for text in texts) + end, encoding="utf-8")


def _messages(folder: Path, known: list[AttemptLog], **wish: Any) -> list[str]:
    return [line["message"] for line in choose(folder, known, TASKS, Wish(**wish))]


@pytest.fixture
def logs(tmp_path: Path) -> tuple[Path, list[AttemptLog]]:
    known = [_log("load"), _log("load", 2), _log("each", 1, 0, "north"), _log("each", 1, 1, "south"), _log("silent")]
    _write(tmp_path, known[0], (1.0, "Begin"), (4.0, "broke"), level="error")
    _write(tmp_path, known[1], (5.0, "begin again"))
    _write(tmp_path, known[2], (2.0, "north"), level="debug")
    _write(tmp_path, known[3], (3.0, "south"), level=None)
    return tmp_path, known


def test_lines_of_all_attempts_come_in_order_of_time(logs: tuple[Path, list[AttemptLog]]) -> None:
    assert _messages(*logs) == ["Begin", "north", "south", "broke", "begin again"]


@pytest.mark.parametrize(
    ("wish", "messages"),
    [
        ({"task": "load"}, ["Begin", "broke", "begin again"]),
        ({"task": "load", "attempt": 2}, ["begin again"]),
        ({"task": "each", "map_index": 1}, ["south"]),
        ({"map_index": 0}, ["north"]),
        ({"level": "debug"}, ["Begin", "north", "south", "broke", "begin again"]),
        ({"level": "info"}, ["Begin", "south", "broke", "begin again"]),
        ({"level": "error"}, ["Begin", "broke"]),
        ({"level": "critical"}, []),
        ({"grep": "BEGIN"}, ["Begin", "begin again"]),
        ({"tail": 2}, ["broke", "begin again"]),
        ({"grep": "begin", "tail": 1}, ["begin again"]),
        ({"task": "silent"}, []),
        ({"task": "never_ran"}, []),
    ],
)
def test_a_wish_narrows_the_lines(
    logs: tuple[Path, list[AttemptLog]], wish: dict[str, Any], messages: list[str]
) -> None:
    assert _messages(*logs, **wish) == messages


def test_the_end_of_a_log_whose_writer_was_killed_is_passed_over(tmp_path: Path) -> None:
    log = _log("load")
    _write(tmp_path, log, (1.0, "whole"), end='{"at": 2.0, "mess')
    assert _messages(tmp_path, [log]) == ["whole"]
    assert _messages(tmp_path, [log], tail=1) == ["whole"]
    (tmp_path / log.path).write_text('{"at')
    assert _messages(tmp_path, [log]) == []


def test_a_log_that_can_not_be_read_is_told(logs: tuple[Path, list[AttemptLog]]) -> None:
    folder, known = logs
    (folder / known[0].path).unlink()
    (folder / known[0].path).symlink_to("/etc/hostname")  # it leads out of the folder: nobody may read it, root neither
    damaged: list[str] = []
    lines = list(choose(folder, known, TASKS, Wish(), damaged))
    assert [line["message"] for line in lines] == ["north", "south", "begin again"]
    assert damaged == [known[0].path]


@pytest.mark.parametrize(
    ("wish", "kind", "told"),
    [
        ({"task": "laod"}, NotFound, r"no task 'laod'.*'load'"),
        ({"task": "each", "map_index": 7}, NotFound, r"no item 7.*0 to 1"),
        ({"task": "load", "attempt": 3}, NotFound, r"no attempt 3.*1 to 2"),
        ({"task": "load", "map_index": 0}, NotFound, r"no item 0"),
        ({"level": "warn"}, UsageError, r"no level 'warn'.*warning"),
    ],
)
def test_what_is_not_there_is_an_error(
    logs: tuple[Path, list[AttemptLog]], wish: dict[str, Any], kind: type[Exception], told: str
) -> None:
    with pytest.raises(kind, match=told):
        choose(*logs, TASKS, Wish(**wish))


@given(st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=5), st.integers(1, 30))
def test_the_tail_is_the_end_of_all(
    tmp_path_factory: pytest.TempPathFactory, times: list[list[int]], tail: int
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    known = [_log(f"t{at}") for at in range(len(times))]
    for log, found in zip(known, times, strict=True):
        _write(folder, log, *((float(at), f"{log.task}/{at}") for at in sorted(found)))
    whole = _messages(folder, known)
    assert len(whole) == sum(map(len, times))
    assert [float(text.split("/")[1]) for text in whole] == sorted(float(at) for found in times for at in found)
    assert _messages(folder, known, tail=tail) == whole[-tail:]


@given(st.lists(st.text(max_size=40), max_size=30), st.integers(1, 40), st.integers(1, 200))
def test_the_last_lines_are_read_from_the_end(
    tmp_path_factory: pytest.TempPathFactory, messages: list[str], count: int, block: int
) -> None:
    log = _log("load")
    folder = tmp_path_factory.mktemp("logs")
    _write(folder, log, *((float(at), text) for at, text in enumerate(messages)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("penstock.cli.last_lines._BLOCK", block)
        found = last_lines(folder / log.path, count)
    assert [line["message"] for line in found] == messages[-count:]


def test_there_are_no_last_lines_of_a_log_that_is_not_there(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none.jsonl", 3) == []


@contextmanager
def _few_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 20, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_attempts_than_a_process_may_have_files_open(tmp_path: Path) -> None:
    known = [_log("each", 1, at) for at in range(200)]
    for at, log in enumerate(known):
        _write(tmp_path, log, (at, f"{at} begins"), (at + 3.5, f"{at} ends"))
    with _few_files():
        lines = list(choose(tmp_path, known, TASKS, Wish()))
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    assert len(lines) == 400
