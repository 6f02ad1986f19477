"""`penstock runs compare`, word for word."""

from __future__ import annotations

from datetime import datetime
from textwrap import dedent

from penstock.cli.render.compare import compared
from penstock.cli.render.spans import plain, width_of
from penstock.cli.render.states import Paint
from penstock.insights.compare import compare
from tests.cli.documents import document, output, task

PLAIN = Paint(colour=False, unicode=True)
LOCAL = datetime.fromisoformat("2013-01-01T00:00:00+00:00").astimezone().strftime("%Y-%m-%d %H:%M:%S")
RUN = {"tasks_total": 3, "tags": [], "namespace": "examples"}
FIRST = document(
    task("raw", outputs=[output("raw", "table", 336_776, 53_000_000)]),
    task("model", duration=2.0, metrics=[{"name": "auc", "value": 0.71, "unit": None, "at": ""}]),
    task("chart"),
    params={"year": 2013, "mode": "fast"},
    **RUN,
)
SECOND = document(
    task("raw", outputs=[output("raw", "table", 673_552, 106_000_000)]),
    task("model", "failed", duration=4.2, metrics=[{"name": "auc", "value": 0.84, "unit": None, "at": ""}]),
    state="failed",
    duration=7.0,
    params={"year": 2014, "mode": "fast"},
    **(RUN | {"id": "38fw0000000zz", "version": "ba9876543210", "tasks_total": 2}),
)
BEFORE = {"tasks": {"model": {"name": "model", "source": "def model(raw):\n    return fit(raw)\n"}}}
AFTER = {"tasks": {"model": {"name": "model", "source": "def model(raw):\n    return fit(raw, 9)\n", "timeout": 60.0}}}


def shown(*, whole: bool = False) -> str:
    return plain(compared(compare(FIRST, SECOND, BEFORE, AFTER), PLAIN, 100, whole=whole))


def test_what_differs_is_shown() -> None:
    expected = """
                first                second
      run       38fw0000000ab        38fw0000000zz
      created   {LOCAL}  {LOCAL}
      pipeline  flights              flights
      version   0123456789ab         ba9876543210
      state     ✓ succeeded          ✗ failed
      duration  3.5 s                7.0 s                2x
      tasks     3                    2

    params
            first  second
      year  2013   2014

    definition
                     first    second
      model.timeout  default  60.0
      model: its source changed

    tasks
      task   first              second
      model  ✓ succeeded 2.0 s  ✗ failed 4.2 s  2.1x
      chart  ✓ succeeded 2.0 s  not in it

    outputs
      dataset  first                second
      raw      336,776 rows, 53 MB  673,552 rows, 106 MB  2x

    metrics
      metric      first  second
      model: auc  0.71   0.84    1.2x

    no difference in labels (--all shows them)
    """
    assert shown() == dedent(expected).strip("\n").rstrip().replace("{LOCAL}", LOCAL)


def test_all_shows_what_is_the_same_and_how_the_source_changed() -> None:
    text = shown(whole=True)
    assert "raw    ✓ succeeded 2.0 s  ✓ succeeded 2.0 s" in text
    assert "    -    return fit(raw)\n    +    return fit(raw, 9)" in text
    assert "mode  fast   fast" in text


def test_nothing_is_wider_than_the_terminal() -> None:
    for width in (60, 80, 200):
        assert all(width_of(line) <= width for line in compared(compare(FIRST, SECOND), PLAIN, width, whole=True))


def test_two_of_a_kind_say_so() -> None:
    same = plain(compared(compare(FIRST, FIRST, BEFORE, BEFORE), PLAIN, 120))
    assert "no difference in params, labels, definition, tasks, outputs, metrics" in same


def test_many_items_that_one_run_has_are_a_line() -> None:
    items = [task("each", map_index=at, outputs=[output("each", "json", None, 10)]) for at in range(30)]
    found = compare(document(*items, **RUN), document(*items[:2], **RUN), BEFORE, BEFORE)
    text = plain(compared(found, PLAIN, 100))
    assert "each [28 items]  28 succeeded  not in it" in text
    assert "each [28 items]  280 B  not made" in text
    assert len(text.splitlines()) < 25
    assert "each [5]" in plain(compared(found, PLAIN, 100, whole=True))
