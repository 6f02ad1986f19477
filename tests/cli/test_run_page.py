"""`penstock runs show` and `penstock runs list`, word for word."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from penstock.cli.render.run import FOLD, overview
from penstock.cli.render.runs import listed
from penstock.cli.render.spans import plain, width_of
from penstock.cli.render.states import Paint
from tests.cli.documents import attempt, document, error, output, task

PLAIN = Paint(colour=False, unicode=True)
BRIGHT = Paint(colour=True, unicode=True)
HERE = Path("/work")
CREATED = datetime.fromisoformat("2013-01-01T00:00:00+00:00")
LOCAL = CREATED.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _text(text: str) -> str:
    return dedent(text).strip("\n").replace("LOCAL", LOCAL)


ORDER = ["raw", "clean", "each", "end"]
FAILED = document(
    task(
        "raw",
        outputs=[output("raw", "table", 336_776, 53_000_000)],
        metrics=[{"name": "rows", "value": 336_776.0, "unit": "rows", "at": "2013-01-01T00:00:02.000000Z"}],
    ),
    task(
        "clean",
        "failed",
        inputs=["raw"],
        attempts=[
            attempt(1, "lost", reason="worker_lost", error=error("killed by SIGKILL", type="WorkerLost")),
            attempt(2, "failed", error=error(traceback='Traceback:\n  File "a.py", line 2\n')),
        ],
    ),
    task("end", "upstream_failed", attempts=[], duration=None, queued_for=None, inputs=["clean"]),
    state="failed",
    params={"year": 2013, "mode": "fast"},
    labels={"owner": "me"},
    error={"task": "clean", "map_index": None, **error()},
)


def test_a_run_on_a_page() -> None:
    assert plain(overview(FAILED, ORDER, PLAIN, 120, HERE)) == _text(
        """
        run 38fw0000000ab
          pipeline  examples/flights, version 0123456789ab
          state     ✗ failed
          created   LOCAL
          duration  3.5 s
          trigger   manual
          params    year=2013, mode=fast
          labels    owner=me
          error     clean: ValueError: no such year

        task   state              duration  queued  tries    cpu  memory  outputs
        raw    ✓ succeeded           2.0 s   50 ms      1  1.3 s   34 MB  raw (table, 336,776 rows, 53 MB)
        clean  ✗ failed              2.0 s   50 ms      2  1.3 s   34 MB
        end    ⊘ upstream failed

        task   attempt  state                 duration  error
        clean        1  ✗ lost (worker lost)     2.0 s  WorkerLost: killed by SIGKILL
        clean        2  ✗ failed                 2.0 s  ValueError: no such year

        task  metric    value  unit
        raw   rows    336,776  rows

        clean failed after 2 attempts: ValueError: no such year
          Traceback:
            File "a.py", line 2
        """
    )


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_page_leaves_out_what_matters_least(width: int) -> None:
    lines = overview(FAILED, ORDER, PLAIN, width, HERE)
    assert all(width_of(line) <= width for line in lines)
    heads = next(line for line in plain(lines).split("\n") if line.startswith("task"))
    assert "state" in heads
    assert ("queued" in heads) == (width == 80)


def test_colours_change_nothing_but_colours() -> None:
    lines = overview(FAILED, ORDER, BRIGHT, 100, HERE)
    assert "\x1b[31m✗ failed" in BRIGHT.text(lines)
    assert PLAIN.text(lines) == PLAIN.text(overview(FAILED, ORDER, PLAIN, 100, HERE))


def _fan_out(count: int) -> list[dict[str, Any]]:
    return [
        task(
            "each", "failed" if at == 3 else "succeeded", map_index=at, label=f"n{at}",
            ended_at=f"2013-01-01T00:00:{at % 50 + 2:02d}.000000Z", outputs=[output("each", size=100)],
            attempts=[attempt(1, "failed" if at == 3 else "succeeded", error=error() if at == 3 else None)],
        )
        for at in range(count)
    ]  # fmt: skip


def test_a_wide_fan_out_is_folded() -> None:
    run = document(task("raw"), *_fan_out(1000), state="failed")
    lines = plain(overview(run, ORDER, PLAIN, 140, HERE)).split("\n")
    folded = next(line for line in lines if line.startswith("each["))
    assert folded.split("  ")[0] == "each[1,000 items]"
    assert "999 succeeded, 1 failed" in folded
    assert folded.endswith("each (1,000 json, 100 kB)")
    assert " 50.0 s " in folded
    assert sum(line.startswith("each[n3]") for line in lines) == 2
    assert len(lines) < 30
    assert len(overview(run, ORDER, PLAIN, 140, HERE, whole=True)) > 1000


def test_items_that_ran_again_after_a_night_lasted_as_long_as_they_ran() -> None:
    items = _fan_out(100)
    items[0] |= {
        "generation": 2, "started_at": "2013-01-02T00:00:00.000000Z", "ended_at": "2013-01-02T00:00:07.000000Z",
    }  # fmt: skip
    lines = plain(overview(document(*items, generation=2, idle=86_000.0), ORDER, PLAIN, 140, HERE)).split("\n")
    assert " 57.0 s " in next(line for line in lines if line.startswith("each["))
    assert "  idle      23 h 53 min before it was retried" in lines


def test_items_stand_where_their_task_does() -> None:
    run = document(task("raw"), task("end"), *_fan_out(2), task("raw_too"))
    lines = plain(overview(run, ORDER, PLAIN, 140, HERE)).split("\n")
    names = [line.split()[0] for line in lines[8:]]
    assert names[:5] == ["raw", "each[n0]", "each[n1]", "end", "raw_too"]


def test_a_small_fan_out_is_not() -> None:
    lines = plain(overview(document(*_fan_out(FOLD)), ORDER, PLAIN, 140, HERE)).split("\n")
    assert sum(line.startswith("each[n") for line in lines) == FOLD + 1


def _item(state: str, **facts: Any) -> dict[str, Any]:
    run = document(state=state)
    return {
        **{name: run[name] for name in ("id", "pipeline", "state", "reason", "created_at", "duration", "trigger")},
        "type": "standard", "tasks_done": 2, "tasks_total": 3, "error": None, "params": {}, **facts,
    }  # fmt: skip


ITEMS = [
    _item("running", duration=None, params={"year": 2013, "to": "New York"}),
    _item("failed", reason="timeout", error={"task": "clean", **error("5\ns", type="TimeoutError")}),
]


def test_a_list_of_runs() -> None:
    lines = plain(listed(ITEMS, PLAIN, 200, CREATED.timestamp() + 7200)).split("\n")
    assert [line[:25] for line in lines] == [
        "run            pipeline  ", "38fw0000000ab  flights   ", "38fw0000000ab  flights   ",
    ]  # fmt: skip
    assert "\n".join(line[25:] for line in lines) == _text(
        """
        state               created                       duration  tasks  trigger  params                  error
        ● running           LOCAL  2 h ago              2/3  manual   year=2013, to=New York
        ✗ failed (timeout)  LOCAL  2 h ago     3.5 s    2/3  manual                           clean: TimeoutError: 5 s
        """
    )


def test_an_error_is_told_by_its_class_in_a_list_too() -> None:
    told = [error("no such year"), error("", type="AssertionError")]
    lines = plain(listed([_item("failed", error=one) for one in told], PLAIN, 200, CREATED.timestamp())).split("\n")
    assert lines[1].endswith("  ValueError: no such year")
    assert lines[2].endswith("  AssertionError")


def test_types_stand_in_a_list_where_they_are_not_the_usual_one() -> None:
    lines = plain(listed([*ITEMS, _item("succeeded", type="incremental")], PLAIN, 200, CREATED.timestamp())).split("\n")
    assert [line[15:37].split() for line in lines] == [
        ["pipeline", "type"], ["flights"], ["flights"], ["flights", "incremental"],
    ]  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_narrow_list_keeps_run_pipeline_state_and_age(width: int) -> None:
    lines = listed(ITEMS, PLAIN, width, CREATED.timestamp() + 7200)
    assert all(width_of(line) <= width for line in lines)
    text = plain(lines)
    assert all(word in text for word in ("38fw0000000ab", "flights", "✗ failed (timeout)", "2 h ago"))


def test_a_replay_names_the_run_that_it_repeats() -> None:
    again = document(type="replay", replay_of="38fv0000000ab")
    assert "  type      replay of 38fv0000000ab" in plain(overview(again, ORDER, PLAIN, 100, HERE)).split("\n")
