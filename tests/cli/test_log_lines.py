"""Lines of many log files as one stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.cli.log_lines import LEVELS, Wish, choose, print_json, print_text
from penstock.cli.render.states import Paint
from penstock.errors import NotFound, UsageError
from penstock.store.logs import AttemptLog


def _log(task: str, n: int = 1, map_index: int | None = None, label: str | None = None) -> AttemptLog:
    return AttemptLog(task, map_index, label, 1, n, "succeeded", f"{task}-{map_index}-{n}.jsonl")


def _write(folder: Path, log: AttemptLog, *lines: tuple[float, str], level: str | None = "info", end: str = "") -> None:
    texts = [
        json.dumps({"at": at, "seq": seq, "stream": "stdout", "level": level, "logger": None, "message": message})
        for seq, (at, message) in enumerate(lines)
    ]
    (folder / log.path).write_text("".join(f"{text}\n" for text in texts) + end, encoding="utf-8")


def _messages(folder: Path, known: list[AttemptLog], **wish: Any) -> list[str]:
    return [line["message"] for line in choose(folder, known, Wish(**wish))]


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


def test_an_unknown_task_or_level_names_the_nearest(logs: tuple[Path, list[AttemptLog]]) -> None:
    with pytest.raises(NotFound, match=r"'laod'.*'load'"):
        choose(*logs, Wish(task="laod"))
    with pytest.raises(UsageError, match=r"'warn'.*'warning'"):
        choose(*logs, Wish(level="warn"))


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


def test_json_is_one_document(logs: tuple[Path, list[AttemptLog]], capsys: pytest.CaptureFixture[str]) -> None:
    print_json(choose(*logs, Wish(task="each")))
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert [(line["task"], line["map_index"], line["message"]) for line in lines] == [
        ("each", 0, "north"),
        ("each", 1, "south"),
    ]
    assert lines[0]["at"].startswith("1970-01-01T00:00:02")
    print_json(choose(*logs, Wish(task="silent")))
    assert json.loads(capsys.readouterr().out) == {"lines": []}


def test_text_names_task_item_and_level(
    logs: tuple[Path, list[AttemptLog]], capsys: pytest.CaptureFixture[str]
) -> None:
    print_text(choose(*logs, Wish()), Paint(colour=False, unicode=True))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [
        "load ERROR Begin", "each[north] DEBUG north", "each[south] south", "load ERROR broke", "load begin again",
    ]  # fmt: skip
    assert set(LEVELS) > {"debug", "info"}
