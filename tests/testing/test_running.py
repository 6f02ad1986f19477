"""What people who test a pipeline rely on: it runs here, as `penstock run` would have it run, and leaves nothing."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import tempfile
import threading
import weakref
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from penstock import DefinitionError, Param, ParameterError, Pipeline, Retry, run
from penstock.errors import ArtifactError, NotFound, PenstockError, UsageError
from penstock.testing import run_pipeline


def shop() -> Pipeline:
    """Only `raw` reaches outside, which no test is to do; `archive` runs for nobody."""
    shop = Pipeline("shop", params={"floor": 10})

    @shop.task
    def raw() -> list[int]:
        raise ConnectionError("there is no network in tests")

    @shop.task(tags="pure")
    def sales(raw: list[int]) -> list[int]:
        return [2 * number for number in raw]

    @shop.task(tags="pure")
    def good(sales: list[int], floor: int) -> list[int]:
        return [number for number in sales if number >= floor]

    @shop.task
    def count(good: list[int]) -> int:
        return len(good)

    return shop


def states(result: Any) -> dict[str, str]:
    return {name: task.state for name, task in result.tasks.items()}


def test_a_pipeline_runs_in_the_thread_of_the_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pipeline = Pipeline("here")

    @pipeline.task
    def seen() -> tuple[str, str]:
        print("said")
        logging.getLogger("shop").warning("told")
        run.metric("rows", 3)
        return os.environ["PLACE"], threading.current_thread().name

    @pipeline.task
    def after(seen: Any) -> Any:
        return seen

    monkeypatch.setenv("PLACE", "of the test")
    result = run_pipeline(pipeline)
    assert (result.state, result.reason) == ("succeeded", None)
    assert result.value("after") == ("of the test", threading.current_thread().name)
    assert result["seen"].metrics == {"rows": 3.0}
    assert result["seen"].logs == ["said", "told"]
    assert capsys.readouterr().out == "said\n"
    assert "told" in caplog.messages


def test_params_and_labels_are_those_of_the_test() -> None:
    pipeline = Pipeline("daily", params={"day": Param("date", default=date(2013, 1, 1)), "rate": 0.5})

    @pipeline.task
    def told(day: date, rate: float) -> Any:
        return day, rate, run.labels["owner"], run.type, run.dry

    result = run_pipeline(pipeline, params={"day": date(2013, 2, 1)}, labels={"owner": "me"}, type="test")
    assert result.value("told") == (date(2013, 2, 1), 0.5, "me", "test", True)
    with pytest.raises(ParameterError, match="rate"):
        run_pipeline(pipeline, params={"rate": "much"})


def test_given_inputs_stand_for_the_tasks_that_make_them_and_for_what_runs_for_those_alone() -> None:
    result = run_pipeline(shop(), inputs={"sales": [4, 10, 30]}, params={"floor": 8})
    assert result.value("good") == [10, 30]
    assert result.value("count") == 2
    assert states(result) == {"raw": "skipped", "sales": "skipped", "good": "succeeded", "count": "succeeded"}
    with pytest.raises(NotFound, match="made no dataset 'sales'"):
        result.value("sales")


def test_who_is_named_runs_though_nobody_reads_what_it_makes() -> None:
    result = run_pipeline(shop(), inputs={"raw": [1, 20], "good": [7]}, only=["sales", "count"])
    assert (result.value("sales"), result.value("count")) == ([2, 40], 1)


@pytest.mark.parametrize(
    ("part", "ran"),
    [
        ({"only": "sales"}, {"sales"}),
        ({"from_": "good"}, {"good", "count"}),
        ({"to": ["good"]}, {"sales", "good"}),
        ({"tags": "pure"}, {"sales", "good"}),
        ({"from_": "good", "tags": ["pure"]}, {"good"}),
    ],
)
def test_slices_are_those_of_the_command_line(part: dict[str, Any], ran: set[str]) -> None:
    given = {"raw": [20]} if "sales" in ran else {"sales": [40]}
    result = run_pipeline(shop(), inputs=given, **part)
    assert {name for name, state in states(result).items() if state == "succeeded"} == ran
    assert {task.reason for task in result.tasks.values()} == {None, "slice"}


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"inputs": {"sale": []}}, "no dataset 'sale'; did you mean 'sales'"),
        ({"only": "good"}, "'sales' is needed.*inputs={'sales': …}"),
        ({"only": "god"}, "no task 'god'; did you mean 'good'"),
        ({"only": "good", "inputs": {"good": []}}, "no task is left"),
        ({"type": "debug"}, "asks a person"),
        ({"type": "tset"}, "did you mean 'test'"),
    ],
)
def test_what_cannot_run_is_refused_with_the_cure(wish: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        run_pipeline(shop(), **wish)


def test_a_definition_that_is_wrong_is_told() -> None:
    with pytest.raises(DefinitionError, match="has no tasks"):
        run_pipeline(Pipeline("empty"))


def test_a_failure_is_told_and_raised_as_the_task_raised_it() -> None:
    result = run_pipeline(shop())
    assert (result.state, result.reason) == ("failed", "user_error")
    assert states(result)["count"] == "upstream_failed"
    assert isinstance(result["raw"].error, ConnectionError)
    for ask in (result.raise_for_failure, lambda: result.value("count"), result.raise_for_failure):
        with pytest.raises(ConnectionError, match="no network") as caught:
            ask()
        assert caught.value is result["raw"].error
        assert caught.traceback[-1].name == "raw"
        shown = {entry.path for entry in caught.traceback if not entry.ishidden(caught)}
        assert shown == {Path(__file__)}


def test_what_fails_around_a_task_is_told_in_our_words() -> None:
    pipeline = Pipeline("doors")

    @pipeline.task(retry=2)
    def door() -> Any:
        if run.attempt == 1:  # what an earlier try raised is not why it failed
            raise ValueError("not yet")
        return threading.Lock()

    with pytest.raises(PenstockError, match="task 'door' failed: Unstorable: dataset 'door' can't be stored"):
        run_pipeline(pipeline).raise_for_failure()


def test_given_values_go_the_way_of_stored_ones() -> None:
    given = [{"total": 1}]
    pipeline = Pipeline("given")

    @pipeline.task
    def rows() -> list[dict[str, int]]:
        return []

    @pipeline.task
    def changed(rows: list[dict[str, int]]) -> list[dict[str, int]]:
        rows[0]["total"] += 1
        return rows

    assert run_pipeline(pipeline, inputs={"rows": given}).value("changed") == [{"total": 2}]
    assert given == [{"total": 1}]
    with pytest.raises(PenstockError, match="'rows' can't be stored"):
        run_pipeline(pipeline, inputs={"rows": threading.Lock()})


class Sealed:
    """Can be put away, and not be made again."""

    def __reduce__(self) -> Any:
        return int, ("no number",)


def test_a_value_that_cannot_be_read_is_told_to_who_asks_for_it() -> None:
    pipeline = Pipeline("sealed")

    @pipeline.task
    def sealed() -> Sealed:
        return Sealed()

    result = run_pipeline(pipeline)
    assert result.state == "succeeded"
    with pytest.raises(ArtifactError, match="no number"):
        result.value("sealed")


def test_retries_do_not_wait_and_ask_nothing_of_the_machine() -> None:
    pipeline = Pipeline("again", concurrency=1)

    @pipeline.task(
        retry=Retry(3, delay="30d", backoff="exponential", jitter=0.5), resources={"cpu": 4096, "gpu": 8, "pool": "db"}
    )
    def third() -> int:
        if run.attempt is None or run.attempt < 3:
            raise ConnectionError
        return run.attempt

    result = run_pipeline(pipeline)
    assert (result.value("third"), result["third"].attempts, result["third"].error) == (3, 3, None)


def test_of_a_fan_out_the_items_are_told() -> None:
    pipeline = Pipeline("wide", params={"sizes": [1, 0, 3]})

    @pipeline.task(foreach={"size": "sizes"}, allow_failure=True, label="s{size}")
    def share(size: int) -> float:
        run.metric("size", size)
        return 6 / size

    @pipeline.task(trigger="all_done")
    def shares(share: list[float | None]) -> list[float | None]:
        return share

    result = run_pipeline(pipeline)
    assert result.value("shares") == [6.0, None, 2.0]
    items = result["share"].items
    assert [(one.map_index, one.label, one.metrics) for one in items] == [
        (0, "s1", {"size": 1.0}),
        (1, "s0", {"size": 0.0}),
        (2, "s3", {"size": 3.0}),
    ]
    assert [type(one.error) for one in items] == [type(None), ZeroDivisionError, type(None)]
    assert run_pipeline(pipeline, inputs={"share": [1.0]}).value("shares") == [1.0]
    strict = Pipeline("strict", params={"sizes": [1, 0, 3]})
    strict.task(share, foreach={"size": "sizes"})
    with pytest.raises(ZeroDivisionError):
        run_pipeline(strict).raise_for_failure()


def test_handlers_and_conditions_run() -> None:
    pipeline = Pipeline("handled")
    seen = []

    @pipeline.task(when=lambda: False)
    def never() -> None: ...

    @pipeline.task
    def wrong() -> None:
        raise KeyError("x")

    @pipeline.on_failure
    def tell(error: Any) -> None:
        seen.append("tell")

    @pipeline.finally_
    def tidy() -> None:
        seen.append("tidy")

    result = run_pipeline(pipeline)
    assert seen == ["tell", "tidy"]
    assert (result["never"].state, result["never"].reason) == ("skipped", "condition")
    assert result["tell"].state == "succeeded"
    with pytest.raises(KeyError, match="x"):
        result.raise_for_failure()


def test_people_answer_by_inputs() -> None:
    pipeline = Pipeline("asked")

    @pipeline.task
    def checks() -> int:
        return 1

    pipeline.approval(
        "release", after=checks, params={"until": Param("date", required=True), "note": "fine"}, timeout="1h"
    )

    @pipeline.task
    def out(release: dict[str, Any]) -> dict[str, Any]:
        return release

    result = run_pipeline(pipeline, inputs={"release": {"until": date(2013, 1, 2)}})
    assert result.value("out") == {"until": date(2013, 1, 2), "note": "fine"}
    assert result["checks"].state == "succeeded"
    with pytest.raises(ParameterError, match="until"):
        run_pipeline(pipeline, inputs={"release": {}})
    with pytest.raises(UsageError, match=r"waits for the approval 'release'.*inputs="):
        run_pipeline(pipeline)


@pytest.mark.parametrize("end", [KeyboardInterrupt, pytest.fail.Exception, pytest.skip.Exception])
def test_what_ends_the_test_ends_the_run(end: type[BaseException]) -> None:
    pipeline = Pipeline("ended")
    begun = []

    @pipeline.task(retry=3)
    def first() -> None:
        begun.append("first")
        raise end("enough")

    @pipeline.task(after=first, trigger="all_done")
    def second() -> None:
        begun.append("second")

    with pytest.raises(end, match="enough"):
        run_pipeline(pipeline)
    assert begun == ["first"]


def test_exit_of_a_task_is_its_failure() -> None:
    pipeline = Pipeline("exits")

    @pipeline.task
    def leaves() -> None:
        sys.exit(3)

    result = run_pipeline(pipeline)
    assert result.state == "failed"
    assert isinstance(result["leaves"].error, SystemExit)


def test_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("home", "work", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PENSTOCK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    before = threading.enumerate()
    pipeline = shop()
    result = run_pipeline(pipeline, inputs={"sales": [b"x" * 100_000]}, params={"floor": 0}, only="good")
    assert isinstance(result["good"].error, TypeError)
    assert [*tmp_path.glob("*/*")] == []
    assert threading.enumerate() == before
    kept = weakref.ref(pipeline)
    del pipeline, result
    gc.collect()
    assert kept() is None


def test_tables_are_whole_when_their_files_are_gone() -> None:
    pd = pytest.importorskip("pandas")
    pipeline = Pipeline("tables")

    @pipeline.task
    def table() -> Any:
        return pd.DataFrame({"x": range(10_000)})

    @pipeline.task
    def total(table: Any) -> int:
        return int(table.x.sum())

    result = run_pipeline(pipeline)
    assert result.value("table").x.sum() == result.value("total") == 49_995_000
    assert run_pipeline(pipeline, inputs={"table": pd.DataFrame({"x": [1, 2]})}).value("total") == 3


def test_to_import_it_costs_no_more_than_to_import_a_pipeline() -> None:
    told = "import sys; from penstock import Pipeline; Pipeline; before = set(sys.modules); import penstock.testing; "
    told += "print(*(name for name in set(sys.modules) - before))"
    new = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in new if not name.startswith("penstock.testing")} <= {
        "penstock.errors",
        "penstock.model.nearest",
    }
