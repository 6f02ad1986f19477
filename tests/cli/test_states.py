"""Every state has a look, and source lines are shown where they are."""

from __future__ import annotations

from pathlib import Path

from penstock.cli.render.source import excerpt
from penstock.cli.render.states import LOOKS, Paint
from penstock.model import states

PLAIN = Paint(colour=False, unicode=False)


def test_every_state_of_the_model_has_a_look() -> None:
    known = {*states.RUN_STATES, *states.TASK_STATES, *states.ATTEMPT_STATES}
    assert known - LOOKS.keys() == set()


def test_a_line_is_marked_between_its_neighbours(tmp_path: Path) -> None:
    file = tmp_path / "pipe.py"
    file.write_text("".join(f"line {n}\n" for n in range(1, 13)))
    assert excerpt(str(file), 10, PLAIN).splitlines() == [
        "     8 | line 8",
        "     9 | line 9",
        "  > 10 | line 10",
        "    11 | line 11",
        "    12 | line 12",
    ]
    assert excerpt(str(file), 1, PLAIN, around=0) == "  > 1 | line 1\n"
    assert "▸" in excerpt(str(file), 1, Paint(colour=False, unicode=True))


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "pipe.py"
    file.write_text("before\n")
    assert "before" in excerpt(str(file), 1, PLAIN)
    file.write_text("afterwards\n")
    assert "afterwards" in excerpt(str(file), 1, PLAIN)


def test_there_is_no_excerpt_of_what_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "pipe.py"
    file.write_text("one\n")
    assert excerpt(str(file), 2, PLAIN) == ""
    assert excerpt(str(file), 0, PLAIN) == ""
    assert excerpt(str(tmp_path / "gone.py"), 1, PLAIN) == ""
