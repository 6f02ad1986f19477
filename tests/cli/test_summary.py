"""The end of `penstock run`, word for word."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from penstock.cli.render.causes import others
from penstock.cli.render.spans import plain, width_of
from penstock.cli.render.states import Paint
from penstock.cli.render.summary import Extras, summary
from tests.cli.documents import attempt, document, error, output, task

PLAIN = Paint(colour=False, unicode=True)
ASCII = Paint(colour=False, unicode=False)
NOTHING = Extras([], {}, [], Path("/work"))


def _text(text: str) -> str:
    return dedent(text).strip("\n")


def test_a_success_says_what_it_made_and_where_to_look() -> None:
    run = document(
        task("raw", outputs=[output("raw", "table", 336_776, 53_000_000)]),
        *(task("each", map_index=at, inputs=["raw"], outputs=[output("each", "table", 20)]) for at in range(3)),
        task("tidy", outputs=[output("tidy", size=4)]),
        task("total", inputs=["raw"], outputs=[output("total"), output("page", "file", None, 1_200_000)]),
    )  # fmt: skip
    extras = Extras(
        [("page", Path("/work/.penstock/artifacts/page.html"))], {"total": "385", "tidy": "null"}, [], Path("/work")
    )
    assert plain(summary(run, extras, PLAIN, 100)) == _text(
        """
        ✓ succeeded  flights  38fw0000000ab  in 3.5 s: 6 succeeded

        outputs
          dataset  kind   items     rows   size  value
          raw      table         336,776  53 MB
          each     table      3       60   36 B
          total    json                    12 B  385

        files
          page  .penstock/artifacts/page.html

          penstock runs show 38fw0000000ab  tasks, attempts, outputs
          penstock runs logs 38fw0000000ab  what the tasks printed
        """
    )


def test_of_many_outputs_those_are_told_that_it_was_made_for() -> None:
    chain = [task(f"t{at}", inputs=[f"t{at - 1}"] if at else [], outputs=[output(f"t{at}")]) for at in range(20)]
    run = document(task("alone", outputs=[output("alone")]), *chain)
    text = plain(summary(run, NOTHING, PLAIN, 100))
    names = [line.split()[0] for line in text.split("outputs\n")[1].split("\n")[1:9]]
    assert names == ["alone", "t13", "t14", "t15", "t16", "t17", "t18", "t19"]
    assert "and 13 more" in text


def test_a_failure_says_why_and_where(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("import os\n\ndef clean(raw):\n    raise ValueError('no such year')\n")
    wrong = error(file=str(tmp_path / "flow.py"), line=4)
    run = document(
        task("raw"),
        task("later", "failed", reason="timeout", attempts=[attempt(1, "failed", error=error(type="TimeoutError"))]),
        task("clean", "failed", attempts=[attempt(n, "failed", error=wrong) for n in (1, 2)]),
        task("end", "upstream_failed", attempts=[]),
        state="failed",
        error={"task": "clean", "map_index": None, **wrong},
    )
    extras = Extras([], {}, ["before\nafter it", "\x1b[2J" + "x" * 200], tmp_path)
    assert plain(summary(run, extras, PLAIN, 73)) == _text(
        """
        ✗ failed  flights  38fw0000000ab  in 3.5 s: 1 succeeded, 2 failed, 1
          upstream failed

        clean failed after 2 attempts: ValueError: no such year
          at flow.py:4
            2 │
            3 │ def clean(raw):
          ▸ 4 │     raise ValueError('no such year')
          last lines of its log
            before
            after it
            �[2Jxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        also failed: later (TimeoutError)

          penstock runs logs 38fw0000000ab --task clean  what it printed
          penstock runs show 38fw0000000ab               tasks, attempts, outputs
          penstock runs retry 38fw0000000ab              go on, once it is mended
        """
    )


def test_a_failed_item_is_named_with_its_number() -> None:
    bad = task("each", "failed", map_index=7, label="JFK", attempts=[attempt(1, "failed", error=error())])
    run = document(task("each", map_index=6, label="EWR"), bad, state="failed")
    text = plain(summary(run, NOTHING, PLAIN, 100))
    assert "each[JFK] failed: ValueError: no such year" in text
    assert "penstock runs logs 38fw0000000ab --task each --map-index 7" in text


def test_failures_that_are_allowed_are_told() -> None:
    allowed = task("extra", "warning", attempts=[attempt(1, "failed", error=error())])
    text = plain(summary(document(allowed, state="warning"), NOTHING, ASCII, 100))
    assert text.startswith("! warning  flights")
    assert "! extra failed, which is allowed: ValueError: no such year" in text
    assert text.isascii()


def test_a_run_that_no_task_brought_down_says_why() -> None:
    run = document(task("raw", "cancelled", attempts=[]), state="failed", reason="timeout", duration=None)
    run["error"] = {"type": "Timeout", "message": "the run took longer than 1 s"}
    text = plain(summary(run, NOTHING, PLAIN, 100))
    assert text.startswith("✗ failed (timeout)  flights  38fw0000000ab  1 cancelled\nTimeout: the run took longer")


def test_many_failures_are_counted() -> None:
    failed = [task(f"t{at}", "failed", attempts=[]) for at in range(9)]
    assert plain([others(failed, PLAIN)]) == "also failed: t0, t1, t2, t3, t4, and 4 more"


def test_long_messages_are_shown_by_their_first_lines() -> None:
    wrong = error("\n".join(f"line {at} " + "y" * 90 for at in range(40)))
    run = document(task("sql", "failed", attempts=[attempt(1, "failed", error=wrong)]), state="failed")
    lines = summary(run, NOTHING, PLAIN, 60)
    assert "line 11" in plain(lines)
    assert "line 12" not in plain(lines)
    assert all(width_of(line) <= 60 or "y" * 90 in plain([line]) for line in lines)


def test_commands_are_never_broken() -> None:
    run = document(task("a_task_with_a_long_name", "failed", attempts=[]), state="failed")
    lines = plain(summary(run, NOTHING, PLAIN, 40)).split("\n")
    assert "  penstock runs logs 38fw0000000ab --task a_task_with_a_long_name" in lines


def test_results_of_earlier_runs_are_counted() -> None:
    tasks = [task("a", reason="cached"), task("b", reason="cached"), task("c")]
    lines = plain(summary(document(*tasks), NOTHING, PLAIN, 100))
    assert "3 succeeded, 2 of them cached" in lines
    assert "cached" not in plain(summary(document(task("c")), NOTHING, PLAIN, 100))
