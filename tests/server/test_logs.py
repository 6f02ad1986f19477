"""Logs over HTTP: windows, counts, search, download."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from penstock.agent.logs import LogFile
from penstock.model import ids
from penstock.store.rows import Commit, NewEvent
from penstock.wire.logs import LogMatches, LogPlace, LogSlices, LogSummary, LogWindow
from tests.server.world import World, problem
from tests.store import made

RUN = ids.run_id(made.KEY)
LOGS = f"/api/v1/runs/{RUN}/logs"


class Logged:
    """A run of three tasks: `a` failed once and tried again, `b` has two items, `c` has not begun."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.get = world.program.get
        spec = {"name": "flights", "tasks": {name: {"name": name, "outputs": [name]} for name in "abc"}}
        world.write(
            Commit(
                versions=[made.version(spec)],
                new_runs=[made.run(tasks_total=4)],
                new_task_runs=[
                    made.task_run(0, task="a"),
                    made.task_run(1, task="b", map_index=0, label="JFK"),
                    made.task_run(2, task="b", map_index=1, label="LGA"),
                    made.task_run(3, task="c"),
                ],
                new_attempts=[
                    made.attempt(0, 1, state="failed"),
                    made.attempt(0, 2),
                    made.attempt(1),
                    made.attempt(2, state="running"),
                ],
            )
        )
        for seconds, (seq, n) in enumerate([(0, 1), (0, 2), (1, 1), (2, 1)]):
            self.write(seq, n, seconds)

    def write(self, seq: int, n: int, seconds: float) -> None:
        log = LogFile(str(self.path(seq, n)))
        for number, level in enumerate(["info", "warning", "error"]):
            log.record(made.START + seconds + number / 10, level, "shop", f"{level} {number} of {seq}.{n}")
        log.close()

    def path(self, seq: int, n: int) -> Path:
        return self.world.service.logs / f"{made.KEY}/{seq}.{n}.jsonl"

    def messages(self, **query: Any) -> list[str]:
        return [line["message"] for line in self.get(LOGS, params=query).json()["lines"]]


@pytest.fixture
def logged(world: World) -> Logged:
    return Logged(world)


def test_a_window_has_the_lines_of_all_attempts_in_order_of_time(logged: Logged) -> None:
    answer = logged.get(LOGS, params={"first": 5, "limit": 2})
    assert answer.status_code == 200
    body = answer.json()
    LogWindow.model_validate(body, strict=True)
    assert (body["first"], body["total"], body["complete"], body["damaged"]) == (5, 12, False, [])
    assert body["lines"] == [
        {
            "index": 5, "at": "2013-01-01T00:00:01.200000Z", "seq": 2, "task": "a", "map_index": None, "label": None,
            "generation": 1, "attempt": 2, "stream": "log", "level": "error", "logger": "shop",
            "message": "error 2 of 0.2",
        },
        {
            "index": 6, "at": "2013-01-01T00:00:02.000000Z", "seq": 0, "task": "b", "map_index": 0, "label": "JFK",
            "generation": 1, "attempt": 1, "stream": "log", "level": "info", "logger": "shop",
            "message": "info 0 of 1.1",
        },
    ]  # fmt: skip


def test_a_negative_first_counts_from_the_end(logged: Logged) -> None:
    body = logged.get(LOGS, params={"first": -2}).json()
    assert (body["first"], [line["message"] for line in body["lines"]]) == (10, ["warning 1 of 2.1", "error 2 of 2.1"])
    assert logged.get(LOGS, params={"first": -500}).json()["first"] == 0
    assert logged.get(LOGS, params={"first": 100}).json()["lines"] == []


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ({"task": "a", "attempt": 1, "level": "error"}, ["error 2 of 0.1"]),
        ({"task": ["a", "b"], "level": "warning", "attempt": 1}, [f"warning 1 of {n}.1" for n in (0, 1, 2)]),
        ({"map_index": 1, "level": ["info", "error"]}, ["info 0 of 2.1", "error 2 of 2.1"]),
        ({"before": "2013-01-01T00:00:00.100000Z"}, ["info 0 of 0.1"]),
        ({"after": "2013-01-01T00:00:03.2Z"}, ["error 2 of 2.1"]),
        ({"task": "c"}, []),
        ({"map_index": 7}, []),
        ({"level": "none"}, []),
    ],
)
def test_the_filter_chooses(logged: Logged, query: dict[str, Any], messages: list[str]) -> None:
    assert logged.messages(**query) == messages
    summary = logged.get(f"{LOGS}/summary", params=query).json()
    LogSummary.model_validate(summary, strict=True)
    assert summary["total"] == sum(summary["levels"].values()) == sum(summary["tasks"].values()) == len(messages)


def test_the_summary_counts_by_level_and_task(logged: Logged) -> None:
    assert logged.get(f"{LOGS}/summary").json() == {
        "total": 12,
        "levels": {"debug": 0, "info": 4, "warning": 4, "error": 4, "critical": 0, "none": 0},
        "tasks": {"a": 6, "b": 6},
    }


def test_matches_are_places_in_the_view(logged: Logged) -> None:
    body = logged.get(f"{LOGS}/matches", params={"text": "ERROR 2"}).json()
    LogMatches.model_validate(body, strict=True)
    assert body == {"total": 4, "indexes": [2, 5, 8, 11]}
    query = {"text": "error", "level": "error", "task": "b"}
    assert logged.get(f"{LOGS}/matches", params=query).json() == {"total": 2, "indexes": [0, 1]}


def test_slices_count_lines_over_time(logged: Logged) -> None:
    body = logged.get(f"{LOGS}/slices", params={"slices": 4}).json()
    LogSlices.model_validate(body, strict=True)
    zeros = [0, 0, 0, 0]
    assert body == {
        "after": "2013-01-01T00:00:00.000000Z",
        "before": "2013-01-01T00:00:03.200001Z",
        "total": 12,
        "levels": {
            "debug": zeros, "info": [1, 1, 1, 1], "warning": [1, 1, 1, 1], "error": [1, 1, 1, 1], "critical": zeros,
            "none": zeros,
        },
        "exact": True,
    }  # fmt: skip
    query = {"slices": 2, "level": "error", "after": "2013-01-01T00:00:01", "before": "2013-01-01T00:00:05"}
    body = logged.get(f"{LOGS}/slices", params=query).json()
    assert (body["after"], body["before"]) == ("2013-01-01T00:00:01.000000Z", "2013-01-01T00:00:05.000000Z")
    assert (body["total"], body["levels"]["error"], body["levels"]["info"]) == (3, [2, 1], [0, 0])
    body = logged.get(f"{LOGS}/slices", params={"task": "c"}).json()
    assert (body["after"], body["before"], body["total"], len(body["levels"]["info"])) == (None, None, 0, 100)


@pytest.mark.parametrize("slices", [0, 1001])
def test_slices_are_bounded(logged: Logged, slices: int) -> None:
    problem(logged.get(f"{LOGS}/slices", params={"slices": slices}), 422, "usage")


def test_one_question_finds_the_next_line_of_a_level(logged: Logged) -> None:
    def place(**query: Any) -> Any:
        body = logged.get(f"{LOGS}/next", params={"of": ["error", "critical"], **query}).json()
        LogPlace.model_validate(body, strict=True)
        return body["index"]

    assert (place(), place(back=True)) == (2, 11)
    assert (place(line=2), place(line=2, back=True)) == (5, 11)
    assert (place(line=11), place(line=12), place(line=12, back=True)) == (2, 2, 11)
    assert (place(task="b", line=2), place(task="b", level=["info", "error"], line=1)) == (5, 3)
    assert place(level="info") is None
    body = logged.get(f"{LOGS}/next", params={"of": "error"}).json()
    assert body == {"index": 2, "at": "2013-01-01T00:00:00.200000Z"}
    problem(logged.get(f"{LOGS}/next"), 422, "usage")


def test_is_complete_when_nothing_can_come_any_more(logged: Logged) -> None:
    def complete(**query: Any) -> bool:
        return bool(logged.get(LOGS, params=query).json()["complete"])

    assert complete(task="a", attempt=2)
    assert not complete(task="a")  # the run goes on: it may be tried again
    assert not complete(map_index=1, attempt=1)
    logged.world.write(Commit(attempt_updates=[made.attempt_update(2)], run_updates=[made.run_update()]))
    assert complete()
    assert complete(task="c")


def test_lines_that_come_are_there_the_next_time(logged: Logged) -> None:
    assert logged.get(LOGS).json()["total"] == 12
    with open(logged.path(2, 1), "a") as file:
        file.write(
            '{"at": 1356998500.000000, "seq": 3, "stream": "stdout", "level": null, "logger": null, "message": "x"}\n'
        )
        file.write('{"at": 1356998500.000000, "seq": 4, "stream": "std')
    body = logged.get(LOGS, params={"first": -1}).json()
    assert (body["total"], body["lines"][0]["message"], body["damaged"]) == (13, "x", [])


def test_a_damaged_file_is_named_and_the_rest_is_shown(logged: Logged) -> None:
    logged.path(0, 1).write_bytes(b"\0" * 100)
    logged.path(0, 2).unlink()
    logged.path(0, 2).symlink_to("/etc/passwd")
    body = logged.get(LOGS).json()
    assert body["total"] == 6
    assert body["damaged"] == [f"{made.KEY}/0.1.jsonl", f"{made.KEY}/0.2.jsonl"]


def test_a_file_that_could_not_be_written_is_named(logged: Logged) -> None:
    logged.path(0, 1).unlink()
    lost = [NewEvent(made.KEY, seq, 1, made.AT, "log_lost", '{"error": "Permission denied"}') for seq in (0, 2)]
    logged.world.write(Commit(events=lost))
    paths = [f"{made.KEY}/0.1.jsonl", f"{made.KEY}/2.1.jsonl"]
    assert logged.get(LOGS).json()["damaged"] == paths
    assert logged.get(LOGS, params={"task": "a"}).json()["damaged"] == paths[:1]


def test_the_download_is_text_that_steers_nothing(logged: Logged) -> None:
    log = LogFile(str(logged.path(0, 1)))
    log.record(made.START, "error", "shop", "\x1b[31mred\x1b[0m\nforged line\r\x07 \u202eturned \ud800")
    log.close()
    answer = logged.get(f"{LOGS}/content", params={"task": "a"})
    lines = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert f'filename="{RUN}.log"' in answer.headers["content-disposition"]
    assert lines[0] == "2013-01-01T00:00:00.000000Z a INFO info 0 of 0.1"
    assert lines[3:6] == ["2013-01-01T00:00:00.000000Z a ERROR red", "    forged line", "    \ufffd \ufffdturned ?"]
    assert lines[-1] == "2013-01-01T00:00:01.200000Z a #2 ERROR error 2 of 0.2"


def test_a_download_of_more_than_one_step_has_all(logged: Logged) -> None:
    log = LogFile(str(logged.path(0, 1)))
    log.lines("stdout", [f"line {number}" for number in range(5000)])
    log.close()
    answer = logged.get(f"{LOGS}/content", params={"task": "a", "attempt": 1, "level": "none"})
    assert [line.split(" a ")[1] for line in answer.text.splitlines()] == [f"line {number}" for number in range(5000)]


@pytest.mark.parametrize("door", ["", "/summary", "/slices", "/next?of=error", "/matches?text=x", "/content"])
def test_what_there_is_not(logged: Logged, door: str) -> None:
    sign = "&" if "?" in door else "?"
    problem(logged.get(f"/api/v1/runs/{'7' * 13}/logs{door}"), 404, "not_found")
    told = problem(logged.get(f"{LOGS}{door}{sign}task=bb"), 404, "not_found")
    assert "did you mean 'b'" in json.dumps(told)


@pytest.mark.parametrize(
    "query",
    [
        "level=loud",
        "first=x",
        "limit=0",
        "limit=5001",
        "map_index=-1",
        "after=soon",
        "after=0001-01-01T00:00:00%2B05:00",
        "attempt=99999999999",
        "lvl=error",
    ],
)
def test_wrong_questions_are_told(logged: Logged, query: str) -> None:
    told = problem(logged.get(f"{LOGS}?{query}"), 422, "usage")
    assert told["errors"][0]["where"].removesuffix(".0") == query.partition("=")[0]


def test_search_wants_a_text(logged: Logged) -> None:
    problem(logged.get(f"{LOGS}/matches", params={"text": ""}), 422)
    problem(logged.get(f"{LOGS}/matches", params={"text": "x" * 201}), 422)


def test_lines_of_one_generation_are_apart_from_those_of_the_same_attempt_of_another(world: World) -> None:
    logged = Logged(world)
    world.write(Commit(new_task_runs=[made.task_run(4, task="a", generation=2)], new_attempts=[made.attempt(4, 1)]))
    logged.write(4, 1, 9)
    assert logged.messages(task="a", attempt=1, generation=1, level="error") == ["error 2 of 0.1"]
    assert logged.messages(task="a", attempt=1, generation=2, level="error") == ["error 2 of 4.1"]
    assert logged.messages(task="a", generation=1, level="error") == ["error 2 of 0.1", "error 2 of 0.2"]
