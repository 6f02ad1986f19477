"""What a task writes: all of it, in order, in bounded memory."""

from __future__ import annotations

import re
from pathlib import Path

from tests.executors.stage import Stage, said


def _resident(stage: Stage) -> int:
    """The highest resident size of the agent so far, in bytes."""
    agent = stage.executor._agent.pid  # type: ignore[attr-defined]
    status = Path(f"/proc/{agent}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def test_every_way_of_writing_is_captured(stage: Stage) -> None:
    lines = stage.log(stage.run("speaks_in_every_way"))
    # What a library in C writes may be held back until the task is over.
    assert sorted(said(lines, "stdout")) == ["from a child", "from a python child", "from c", "python"]
    assert said(lines, "stderr") == ["its error"]
    assert all(line["level"] is None and line["logger"] is None for line in lines)
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


def test_records_keep_their_place_among_errors(stage: Stage) -> None:
    lines = stage.log(stage.run("in_order", inputs={"count": {"json": 500}}))
    expected = [text for at in range(500) for text in (f"error {at}", f"record {at}")]
    assert said(lines) == expected


def test_bytes_that_are_no_text_are_kept_as_escapes(stage: Stage) -> None:
    lines = said(stage.log(stage.run("writes_bytes")))
    assert lines == ["café \\xff\\xfe nul \x00 esc \x1b[1mbold\x1b[0m", "100%", "windows", "no end"]


def test_a_record_cannot_be_forged(stage: Stage) -> None:
    (line,) = stage.log(stage.run("forges"))
    assert (line["stream"], line["level"]) == ("stderr", None)
    assert "a lie" in line["message"]


def test_stdin_is_empty(stage: Stage) -> None:
    assert stage.value(stage.run("reads_stdin")) == ""


def test_a_million_lines_are_all_kept_in_flat_memory(stage: Stage) -> None:
    before = _resident(stage)
    ended = stage.run("floods", inputs={"lines": {"json": 1_000_000}})
    assert ended.outcome == "succeeded"
    count = 0
    path = Path(stage.context.logs) / stage._logs[ended.key]
    with path.open() as lines:
        for at, line in enumerate(lines):
            assert f'"seq": {at}, ' in line
            assert line.endswith(f'"message": "line {at}"}}\n')
            count += 1
    assert count == 1_000_000
    assert _resident(stage) - before < 8_000_000


def test_two_hundred_megabytes_in_one_line_are_cut_with_a_mark(stage: Stage) -> None:
    before = _resident(stage)
    lines = said(stage.log(stage.run("one_long_line", inputs={"megabytes": {"json": 200}})))
    assert len(lines) == 2
    assert lines[0].startswith("x" * 65_536 + "…")
    assert lines[0].endswith(f"… [cut: {200_000_000 - 65_536:,} bytes more]")
    assert lines[1] == "after"
    assert _resident(stage) - before < 8_000_000


def test_what_comes_while_nothing_runs_belongs_to_no_task(stage: Stage, tmp_path: Path) -> None:
    first = stage.run("speaks_in_every_way")
    second = stage.run("pid")
    assert len(stage.log(first)) == 5
    assert stage.log(second) == []
