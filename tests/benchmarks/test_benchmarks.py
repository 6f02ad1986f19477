"""The benchmark's own arithmetic, its table, and what it does with a tool that fails."""

from __future__ import annotations

import io
import json
import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from benchmarks import __main__ as program
from benchmarks import cold, environments, targets, workloads
from benchmarks.catalog import BY_NAME, TOOLS, Tool
from benchmarks.measure import drive, measure
from benchmarks.peers import driver
from benchmarks.peers.driver import BUDGET, Trial, stolen
from benchmarks.result import Result, cost_of_a_task, ratio, result_from
from benchmarks.table import failures, said_once, table, uses

OURS = Result("penstock", "A", (0.03, 0.02, 0.04), "0.1.0", "everything", "two workers")
POOL = Result("pool", "A", (0.03, 0.024, 0.018), "3.11", "nothing", "two processes")
SLOW = Result("slow", "A", (6.0,), "9", "nothing", "alone")
BROKEN = Result("broken", "A", error="ModuleNotFoundError: No module named 'broken'")


def drawn(results: list[Result], *, detail: bool = False) -> str:
    console = Console(file=io.StringIO(), width=150)
    console.print(table(results, detail=detail))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


# --- ratios and targets -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (0.030, "as quick"),
        (0.0305, "as quick"),
        (0.024, "1.2x faster"),
        (0.0315, "1.05x slower"),
        (0.204, "6.8x slower"),
        (6.0, "200x slower"),
        (60.0, "2,000x slower"),
    ],
)
def test_a_ratio_is_said_in_words(theirs: float, said: str) -> None:
    assert ratio(theirs, 0.03) == said


def test_the_median_is_taken_and_there_is_none_of_nothing() -> None:
    assert OURS.median == 0.03
    assert BROKEN.median is None


def test_targets_are_judged_in_seconds_and_against_the_pool() -> None:
    assert targets.verdicts([OURS, POOL]) == [
        "A: 0.030 s, asked for 0.03 s: met",
        "A: 1.25 times the pool, asked for 1.5: met",
    ]
    late = Result("penstock", "A", (0.05,))
    assert [sentence.rpartition(" ")[2] for sentence in targets.verdicts([late, POOL])] == ["missed", "missed"]


def test_a_figure_from_a_busy_host_says_so() -> None:
    told = targets.verdicts([Result("penstock", "D", (5.14,), stolen=0.026), Result("pool", "D", (5.1,), stolen=0.3)])
    assert told == ["D: 5.140 s, asked for 5.1 s: missed (the host gave 2.6% of the cores to others)"]
    assert targets.verdicts([Result("penstock", "D", (5.09,), stolen=0.001)]) == ["D: 5.090 s, asked for 5.1 s: met"]


def test_what_a_host_gives_to_others_is_a_share_of_all_that_the_cores_did() -> None:
    before, after = [100, 0, 10, 500, 0, 0, 0, 7, 50, 0], [150, 0, 20, 530, 0, 0, 0, 17, 90, 0]
    assert stolen(before, after) == 0.1
    assert stolen(before, before) is None
    assert stolen([], []) is None


def test_targets_without_our_figure_are_not_judged() -> None:
    assert targets.verdicts([POOL, SLOW]) == []


def test_a_start_is_judged_above_bare_python_where_that_is_the_target() -> None:
    start = cold.Start("import", ("python",), 0.060, above_bare=True)
    assert cold.judge(start, 0.070, 0.012) == "58 ms above bare, asked for 60: met"
    assert cold.judge(start, 0.080, 0.012) == "68 ms above bare, asked for 60: missed"


# --- the table --------------------------------------------------------------------------------------


def test_the_table_has_medians_ratios_and_what_is_kept() -> None:
    text = drawn([OURS, POOL, SLOW])
    for words in ("0.030 s", "0.024 s", "1.2x faster", "6.000 s", "200x slower", "everything", "nothing", "0.1.0"):
        assert words in text


def test_detail_adds_the_least_and_the_most() -> None:
    assert "0.020 to 0.040 (3)" in drawn([OURS], detail=True)
    assert "0.020" not in drawn([OURS])


def test_without_our_figure_there_are_no_ratios() -> None:
    text = drawn([POOL, SLOW])
    assert "slower" not in text
    assert "faster" not in text


def test_a_tool_that_failed_is_shown_with_its_error() -> None:
    assert "failed" in drawn([OURS, BROKEN])
    assert failures([OURS, BROKEN]) == ["broken A: ModuleNotFoundError: No module named 'broken'"]


def test_a_tool_that_did_not_end_in_time_is_no_failure() -> None:
    late = Result("late", "A", over=60.0)
    assert "over 60 s" in drawn([OURS, late])
    assert failures([late]) == []


def test_a_workload_that_a_tool_does_not_have_is_a_dash() -> None:
    fan_out = Result("penstock", "BF", (0.1,))
    row = next(line for line in drawn([OURS, fan_out, POOL]).splitlines() if "pool" in line)
    assert "│ -" in row


def test_words_that_hold_for_all_workloads_are_said_once() -> None:
    assert said_once({"A": "nothing", "B": "nothing"}) == ["nothing"]
    assert said_once({"A": "nothing", "B": "nothing", "C": "files"}) == ["A B: nothing", "C: files"]
    assert uses([OURS, Result("penstock", "B", (1.0,), note="two workers")]) == ["penstock · two workers"]


# --- one driver -------------------------------------------------------------------------------------


def line(**facts: object) -> str:
    whole = {"peer": "x", "version": "1", "workload": "A", "kept": "", "note": "", "error": None, "seconds": []}
    return json.dumps(whole | facts)


def run_python(code: str, limit: float = 30.0) -> Result:
    return drive([sys.executable, "-c", code], Result("x", "A"), limit)


def test_a_driver_that_dies_is_a_result_with_its_last_words() -> None:
    result = run_python("raise SystemExit('no such thing')")
    assert result.error == "exit status 1: no such thing"
    assert (result.peer, result.workload, result.seconds) == ("x", "A", ())


def test_a_driver_that_reports_its_error_is_believed() -> None:
    result = run_python(f"print({line(error='ValueError: no')!r}); raise SystemExit(1)")
    assert result.error == "ValueError: no"


def test_the_last_line_counts_and_other_output_does_not() -> None:
    first, last = line(seconds=[1.0]), line(seconds=[1.0, 2.0])
    assert run_python(f"print({first!r}); print('hello'); print({last!r}); print('bye')").seconds == (1.0, 2.0)


def test_a_driver_that_hangs_is_ended_and_keeps_what_it_measured() -> None:
    code = f"import time\nprint({line(seconds=[1.0])!r}, flush=True)\ntime.sleep(600)"
    begun = time.monotonic()
    result = run_python(code, limit=0.5)
    assert time.monotonic() - begun < 20
    assert result.seconds == (1.0,)
    assert result.error == "ended by us after 0.5 s"


@pytest.mark.parametrize(("ending", "limit"), [("", 30.0), ("time.sleep(600)", 2.0)], ids=["ends", "hangs"])
def test_a_driver_leaves_no_process_behind(ending: str, limit: float, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    code = f"""
import subprocess, sys, time
quiet = {{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}}
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True, **quiet)
open({str(told)!r}, "w").write(str(child.pid))
{ending}
"""
    run_python(code, limit=limit)
    assert not is_alive(int(told.read_text()))


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_pool_is_measured_by_its_real_driver() -> None:
    result = measure(BY_NAME["pool"], "A", 2)
    assert result.error is None
    assert len(result.seconds) == 2
    assert result.kept == "nothing"


def test_a_tool_that_is_not_installed_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path)
    result = measure(BY_NAME["luigi"], "A", 1)
    assert result.error is not None
    assert "not installed" in result.error


def test_an_installation_that_fails_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "ENVIRONMENTS", tmp_path)
    monkeypatch.setattr(environments, "_commands", lambda *_: [[sys.executable, "-c", "raise SystemExit('ERROR: no')"]])
    luigi = BY_NAME["luigi"]
    missing = program.installed([luigi], Console(file=io.StringIO()))
    results = list(program.measured([luigi], ["A"], 1, missing))
    assert failures(results) == ["luigi A: not installed: ERROR: no"]


# --- repetitions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "more"),
    [
        ([], True),
        ([1.0] * 4, True),
        ([1.0] * 5, False),
        ([11.0] * 2, True),
        ([11.0] * 3, False),
        ([40.0], False),
        ([BUDGET * 2], False),
    ],
)
def test_slow_runs_are_repeated_less(seconds: list[float], more: bool) -> None:
    assert driver.wants_more(seconds, 5) is more


def test_a_run_is_ended_when_the_budget_is_spent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def opened(_workload: str, _folder: Path) -> Iterator[driver.Builder]:
        def build(size: workloads.Size) -> Trial:
            return Trial(lambda: size.tasks if size.tasks < 100 else threading.Event().wait())

        yield build

    monkeypatch.setattr(driver, "BUDGET", 0.05)
    with pytest.raises(driver.OutOfTime):
        driver.main(driver.Peer("x", None, opened, {}, {}), ["--workload", "A"])
    said = result_from(json.loads(capsys.readouterr().out))
    assert (said.seconds, said.over) == ((), 0.05)


def test_a_wrong_answer_is_a_failure() -> None:
    with pytest.raises(driver.WrongAnswer, match="came to 3, not 4"):
        driver.timed(lambda _size: Trial(lambda: 3), "A", workloads.Size(4))


def test_only_the_run_is_timed() -> None:
    order: list[str] = []

    def build(_size: workloads.Size) -> Trial:
        order.append("built")
        return Trial(lambda: order.append("ran"), lambda _: order.append("asked") or 4)

    driver.timed(build, "A", workloads.Size(4))
    assert order == ["built", "ran", "asked"]


def test_a_repetition_begins_when_the_cores_are_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    rests: list[float] = []
    counts = iter([[0, 0, 0, 0], [90, 0, 0, 10], [150, 0, 0, 50], [151, 0, 0, 149]])  # busy for 90, 60 and 1 %
    monkeypatch.setattr(driver, "ticks", lambda: [*next(counts), 0, 0, 0, 0])
    monkeypatch.setattr(driver.time, "sleep", rests.append)
    driver.settle(3.0)
    assert rests == [3.0, driver.REST, driver.REST]
    assert next(counts, None) is None


@pytest.mark.parametrize(
    ("steals", "repeat", "kept", "again"),
    [([0, 5, 0, 0], 3, 3, 1), ([5] * 4, 2, 2, 2), ([0, 0], 2, 2, 0)],
    ids=["one is made again", "no more than are asked for", "none"],
)
def test_a_repetition_of_which_the_host_took_its_share_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    steals: list[int],
    repeat: int,
    kept: int,
    again: int,
) -> None:
    @contextmanager
    def opened(_workload: str, _folder: Path) -> Iterator[driver.Builder]:
        yield lambda size: Trial(lambda: size.tasks)

    counts = iter([taken for steal in steals for taken in (0, steal)])
    monkeypatch.setattr(driver, "settle", lambda _rest: None)
    monkeypatch.setattr(driver, "ticks", lambda: [0, 0, 0, 1000 * (taken := next(counts)), 0, 0, 0, 2 * taken])
    driver.measure(driver.Peer("x", None, opened, {}, {}), "A", repeat)
    said = result_from(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert (len(said.seconds), len(said.disturbed)) == (kept, again)
    assert next(counts, None) is None


# --- workloads and catalogue ------------------------------------------------------------------------


def test_the_table_has_10_megabytes_and_tells_how_often_it_was_shifted() -> None:
    frame = workloads.table(workloads.ROWS_OF_10_MB)
    assert frame.memory_usage(index=False).sum() == 10_000_000
    assert workloads.shifts(workloads.shifted(workloads.shifted(frame))) == 2


def test_burning_takes_the_cpu_time_that_was_asked_for() -> None:
    before = time.thread_time()
    assert workloads.burn(0.02) == 1
    assert 0.02 <= time.thread_time() - before < 0.05


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_has_a_driver_and_its_versions_are_pinned(tool: Tool) -> None:
    assert (environments.HERE / "peers" / f"{tool.name}.py").is_file()
    for requirement in tool.requirements:
        assert "==" in requirement
    if tool.requirements:
        pins = (environments.HERE / "pins" / f"{tool.name}.txt").read_text().lower().split()
        for requirement in tool.requirements:
            assert requirement.partition("[")[0].partition("==")[0] + "==" + requirement.partition("==")[2] in pins


def test_the_cost_of_a_task_is_that_of_the_median_run() -> None:
    assert math.isclose(cost_of_a_task([4.0, 2.0, 30.0], 1000), 0.004)


def test_a_result_survives_the_line_of_json() -> None:
    whole = OURS.to_json()
    assert whole.pop("median") == 0.03
    assert result_from(json.loads(json.dumps(whole))) == OURS


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        program.parse(["--peers", "pool,airflow"])
    assert refused.value.code == 2
    assert "there is no airflow; there are penstock, pool" in capsys.readouterr().err
