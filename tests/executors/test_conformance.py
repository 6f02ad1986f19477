"""The law of the executor port, on every executor."""

from __future__ import annotations

import itertools
import threading
import time
from pathlib import Path
from typing import Any, Final

import pytest

from penstock.ports.executor import Ended, Metric, Progress, Returned, Started, Told
from tests.executors.stage import PIPELINES, Stage, ref, said

PLUS_ONE: Final[tuple[str, dict[str, Any]]] = ("plus_one", {"inputs": {"one": {"made": "plus_one"}}})


def test_a_value_comes_back(stage: Stage) -> None:
    ended = stage.run("one")
    assert (ended.outcome, ended.reason, ended.error, ended.items) == ("succeeded", None, None, None)
    assert stage.value(ended) == 1
    assert ended.outputs[0][0] == "one"
    assert ended.worker
    assert ended.started_at is not None
    assert 0 <= ended.ended_at - ended.started_at < 5
    assert ended.usage is not None
    assert ended.usage.peak_rss_bytes > 1_000_000


def test_an_output_is_an_input(stage: Stage) -> None:
    made = stage.run("one").outputs[0][1]
    assert stage.value(stage.run("plus_one", inputs={"one": made})) == 2


def test_inputs_come_as_lists_of_results_and_as_plain_values(stage: Stage) -> None:
    made = stage.run("one").outputs[0][1]
    assert stage.value(stage.run("with_default", inputs={"value": {"list": [made, None, made]}})) == [1, None, 1]
    assert stage.value(stage.run("with_default", inputs={"value": ref({"a": [1]})})) == {"a": [1]}
    whole = stage.run("with_default", inputs={"value": ref([5, 6, 7])}).outputs[0][1]
    assert stage.value(stage.run("with_default", inputs={"value": {"item": whole, "at": 2}})) == 7


def test_a_missing_input_is_the_default_or_none(stage: Stage) -> None:
    assert stage.value(stage.run("on_error", inputs={"error": None})) is None
    ended = stage.run("plus_one", inputs={"one": None})
    assert ended.outcome == "failed"
    assert "NoneType" in ended.error["message"]


def test_a_task_cannot_change_params_for_the_next(stage: Stage) -> None:
    for _ in range(4):
        assert stage.value(stage.run("with_params")) == [2013, ["a", "changed"]]


@pytest.mark.parametrize(("task", "names"), [("as_tuple", ["train", "test"]), ("as_dict", ["left", "right"])])
def test_several_outputs_come_in_their_order(stage: Stage, task: str, names: list[str]) -> None:
    ended = stage.run(task)
    assert [dataset for dataset, _ in ended.outputs] == names


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("too_few", ["2 outputs (first, second)", "returned 1"]),
        ("wrong_names", ["lacks down", "also has sideways"]),
        ("one_for_two", ["value of type int", "tuple"]),
    ],
)
def test_outputs_that_do_not_fit_are_a_failure_that_says_how(stage: Stage, task: str, words: list[str]) -> None:
    ended = stage.run(task)
    assert (ended.outcome, ended.reason, ended.outputs) == ("failed", "user_error", [])
    for word in words:
        assert word in ended.error["message"]


def test_a_task_without_outputs_may_return_anything(stage: Stage) -> None:
    ended = stage.run("thrown_away")
    assert (ended.outcome, ended.outputs) == ("succeeded", [])


def test_an_output_that_cannot_be_stored_is_named_with_its_type(stage: Stage) -> None:
    ended = stage.run("unstorable")
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    assert "'unstorable'" in ended.error["message"]
    assert "generator" in ended.error["message"]


def test_a_false_condition_skips(stage: Stage) -> None:
    assert stage.value(stage.run("conditional", when={"one": ref(2)})) == "ran"
    ended = stage.run("conditional", when={"one": ref(1)})
    assert (ended.outcome, ended.reason, ended.outputs) == ("skipped", "condition", [])


def test_an_exception_is_told_with_the_users_frames_only(stage: Stage) -> None:
    ended = stage.run("fails")
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    error = ended.error
    assert (error["type"], error["message"]) == ("ValueError", "outer\nsecond line")
    assert error["names"] == ["ValueError", "Exception", "BaseException"]
    assert error["file"] == str(PIPELINES / "conformance.py")
    source = (PIPELINES / "conformance.py").read_text().splitlines()
    assert source[error["line"] - 1].strip() == 'raise ValueError("outer\\nsecond line") from error'
    assert "KeyError: 'inner'" in error["traceback"]
    assert "direct cause" in error["traceback"]
    frames = [line for line in error["traceback"].splitlines() if line.startswith("  File ")]
    assert len(frames) == 3
    assert all("conformance.py" in frame for frame in frames)


def test_exceptions_that_misbehave_are_told_all_the_same(stage: Stage) -> None:
    error = stage.run("fails_without_text").error
    assert error["names"][0].endswith(".Unprintable")
    assert "RuntimeError" in error["message"]
    error = stage.run("fails_at_length").error
    assert len(error["message"]) < 11_000
    assert "cut" in error["message"]


@pytest.mark.parametrize(("task", "word"), [("exits", "sys.exit(0)"), ("exits_with_text", "no data today")])
def test_sys_exit_is_a_failure(stage: Stage, task: str, word: str) -> None:
    ended = stage.run(task)
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    assert word in ended.error["message"]
    assert ended.error["line"] is not None


@pytest.mark.parametrize(
    ("task", "outcome", "reason"),
    [
        ("no_memory", "failed", "out_of_memory"),
        ("disk_full", "failed", "disk_full"),
    ],
)
def test_some_exceptions_have_a_meaning(stage: Stage, task: str, outcome: str, reason: str | None) -> None:
    ended = stage.run(task)
    assert (ended.outcome, ended.reason) == (outcome, reason)


def test_a_task_that_raises_what_a_ctrl_c_raises_fails(stage: Stage) -> None:
    ended = stage.run("interrupted")
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    assert ended.error["type"] == "KeyboardInterrupt"


def test_a_fan_out_is_expanded(stage: Stage) -> None:
    ended = stage.run("each", mode="expand", inputs={"item": ref([3, 4])})
    assert ended.outcome == "expanded"
    assert [tuple(item) for item in ended.items] == [
        ("item 3", {"item": {"json": 3}}),
        ("item 4", {"item": {"json": 4}}),
    ]
    assert stage.value(stage.run("each", map_index=1, label="item 4", inputs=ended.items[1][1])) == 40


def test_items_that_are_not_plain_stay_in_their_value(stage: Stage) -> None:
    whole = stage.run("with_default", inputs={"value": ref([[1, 2], [3]])}).outputs[0][1]
    ended = stage.run("each_plain", mode="expand", inputs={"item": whole})
    assert [tuple(item) for item in ended.items] == [
        ("[1, 2]", {"item": {"item": whole, "at": 0}}),
        ("[3]", {"item": {"item": whole, "at": 1}}),
    ]
    assert stage.value(stage.run("each_plain", map_index=0, inputs=ended.items[0][1])) == [1, 2]


def test_several_sources_are_zipped_and_must_be_of_one_length(stage: Stage) -> None:
    ended = stage.run("each_pair", mode="expand", inputs={"left": ref([1, 2]), "right": ref(["a", "b"])})
    assert [item[1] for item in ended.items] == [
        {"left": {"json": 1}, "right": {"json": "a"}},
        {"left": {"json": 2}, "right": {"json": "b"}},
    ]
    ended = stage.run("each_pair", mode="expand", inputs={"left": ref([1, 2]), "right": ref([1])})
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    assert "'left' has 2" in ended.error["message"]


def test_what_has_no_items_is_a_failure_with_the_cure(stage: Stage) -> None:
    ended = stage.run("each", mode="expand", inputs={"item": ref("text")})
    assert (ended.outcome, ended.reason) == ("failed", "user_error")
    assert "'item'" in ended.error["message"]
    assert "list" in ended.error["message"]


def test_what_is_written_is_logged_with_its_level(stage: Stage) -> None:
    lines = stage.log(stage.run("speaks"))
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    assert said(lines, "stdout") == ["to output"]
    assert said(lines, "stderr") == ["to error"]
    records = [(line["level"], line["logger"], line["message"].splitlines()[0]) for line in lines if line["level"]]
    assert records == [
        ("warning", "shop.clean", "to log"),
        ("error", "root", "with traceback"),
        ("error", "penstock.run", "from run"),
    ]
    told = next(line["message"] for line in lines if line["logger"] == "root")
    assert told.endswith("ValueError: told")
    errors = [line["message"].splitlines()[0] for line in lines if line["stream"] != "stdout"]
    assert errors == ["to log", "to error", "with traceback", "from run"]


def test_a_silent_task_makes_no_file(stage: Stage) -> None:
    ended = stage.run("one")
    assert stage.log(ended) == []
    assert not list(stage.folder.glob("logs/**/*.jsonl"))


def test_a_log_that_can_not_be_written_is_told_once(stage: Stage) -> None:
    Path(stage.context.logs).write_text("a file stands where the folder of logs should be")
    ended = stage.run("speaks")
    assert ended.outcome == "succeeded"
    assert [report[:1] + report[2:] for report in stage.of(Told)] == [
        (ended.key, "log_lost", {"error": "Not a directory"}),
    ]  # fmt: skip


def test_figures_and_progress_come_before_the_end(stage: Stage) -> None:
    ended = stage.run("reports", n=3, generation=2)
    assert stage.value(ended) == ["run", "reports", 3, 2, "run/reports", 2013]
    (metric,) = stage.of(Metric)
    assert (metric.key, metric.name, metric.value, metric.unit) == (ended.key, "rows", 12, "rows")
    last = stage.of(Progress)[-1]
    assert (last.key, last.done, last.total) == (ended.key, 3, 3)
    assert stage.reports[-1] is ended


def test_each_key_ends_once_and_starts_before(stage: Stage) -> None:
    keys = [stage.start("one") for _ in range(30)]
    for key in keys:
        stage.end(key)
    ends = [report.key for report in stage.of(Ended)]
    assert sorted(ends) == sorted(keys)
    for started in stage.of(Started):
        at = next(place for place, report in enumerate(stage.reports) if report is started)
        assert not any(isinstance(report, Ended) and report.key == started.key for report in stage.reports[:at])


def test_what_waits_is_cancelled_at_once_and_what_is_unknown_passed_over(stage: Stage) -> None:
    keys = [stage.start("one") for _ in range(20)]
    stage.executor.cancel([keys[-1], "9:9:9"])
    assert stage.end(keys[-1]).outcome in ("cancelled", "succeeded")
    stage.executor.cancel([keys[-1]])
    for key in keys:
        stage.end(key)
    assert len(stage.of(Ended)) == 20


def test_followers_go_on_with_what_was_made(stage: Stage) -> None:
    keys = stage.chain(
        ("one", {}),
        ("plus_one", {"inputs": {"one": {"made": "one"}}}),
        ("plus_one", {"inputs": {"one": {"made": "plus_one"}}}),
        ("as_tuple", {}),
        ("with_default", {"inputs": {"value": {"made": "test"}}}),
    )
    assert set(stage.settled(keys)) == {"succeeded"}
    ends = [stage.end(key) for key in keys]
    assert [stage.value(ends[at]) for at in (0, 1, 2, 4)] == [1, 2, 3, [3]]
    assert [report.key for report in stage.of(Ended)] == keys
    for before, after in itertools.pairwise(ends):
        assert before.ended_at <= after.started_at


@pytest.mark.parametrize(
    ("task", "facts", "outcome"),
    [("fails", {}, "failed"), ("conditional", {"when": {"one": ref(1)}}, "skipped"), ("exits", {}, "failed")],
)
def test_followers_come_back_after_anything_but_success(
    stage: Stage, task: str, facts: dict[str, object], outcome: str
) -> None:
    keys = stage.chain(("one", {}), (task, facts), ("one", {}), ("one", {}))
    assert stage.settled(keys) == ["succeeded", outcome, "returned", "returned"]
    again = stage.assignment("one", key=keys[2])
    stage.executor.dispatch([again])
    assert stage.value(stage.end(keys[2])) == 1


def test_followers_that_come_later_go_on_where_the_others_were_made(stage: Stage) -> None:
    keys = stage.chain(("one", {}), ("plus_one", {"inputs": {"one": {"made": "one"}}}))
    keys = stage.lengthen(keys, PLUS_ONE, PLUS_ONE)
    assert set(stage.settled(keys)) == {"succeeded"}
    keys = stage.lengthen(keys, PLUS_ONE, PLUS_ONE)
    assert set(stage.settled(keys)) == {"succeeded"}
    ends = [stage.end(key) for key in keys]
    assert [stage.value(end) for end in ends] == [1, 2, 3, 4, 5, 6]
    assert [report.key for report in stage.of(Ended)] == keys


def test_a_follower_of_what_failed_or_is_unknown_comes_back(stage: Stage) -> None:
    for before in (stage.run("fails").key, "9:9:9"):
        late = stage.lengthen([before], ("one", {}), ("one", {}))[1:]
        stage.until(lambda late=late: {report.key for report in stage.of(Returned)} >= set(late))


def test_followers_that_are_cancelled_are_not_begun(stage: Stage) -> None:
    busy = [stage.start("one") for _ in range(10)]
    keys = stage.chain(("one", {}), ("one", {}), ("one", {}), ("one", {}))
    stage.executor.cancel([keys[2]])
    stage.until(lambda: len(stage.of(Ended)) + len(stage.of(Returned)) == len(busy) + len(keys))
    ends = [ended.key for ended in stage.of(Ended) if ended.key in keys]
    # It may have been done before the word came.
    assert ends in (keys[:1], keys[:2], keys)


def test_wake_ends_a_poll_from_any_thread(stage: Stage) -> None:
    stage.end(stage.start("one"))
    waker = threading.Timer(0.05, stage.executor.wake)
    waker.start()
    before = time.monotonic()
    assert stage.executor.poll(20) == []
    assert time.monotonic() - before < 10
    waker.join()


def test_a_wake_is_kept_for_the_next_poll(stage: Stage) -> None:
    stage.end(stage.start("one"))
    stage.executor.wake()
    before = time.monotonic()
    stage.executor.poll(20)
    assert time.monotonic() - before < 10


def test_poll_returns_when_time_is_up(stage: Stage) -> None:
    assert stage.executor.poll(0.01) == []
    assert stage.executor.poll(0) == []
