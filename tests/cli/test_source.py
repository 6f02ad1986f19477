"""Source lines are shown where they are."""

from __future__ import annotations

from pathlib import Path

from penstock.cli.render.source import excerpt, near
from penstock.cli.render.spans import plain
from penstock.cli.render.states import Paint

ASCII = Paint(colour=False, unicode=False)


def test_a_line_is_marked_between_its_neighbours(tmp_path: Path) -> None:
    file = tmp_path / "pipe.py"
    file.write_text("".join(f"line {n}\n" for n in range(1, 13)))
    assert plain(excerpt(str(file), 10, ASCII)).split("\n") == [
        "     8 | line 8",
        "     9 | line 9",
        "  > 10 | line 10",
        "    11 | line 11",
        "    12 | line 12",
    ]
    assert plain(excerpt(str(file), 1, ASCII, around=0)) == "  > 1 | line 1"
    assert "▸" in plain(excerpt(str(file), 1, Paint(colour=False, unicode=True)))


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "pipe.py"
    file.write_text("before\n")
    assert "before" in plain(excerpt(str(file), 1, ASCII))
    file.write_text("afterwards\n")
    assert "afterwards" in plain(excerpt(str(file), 1, ASCII))


def test_there_is_no_excerpt_of_what_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "pipe.py"
    file.write_text("one\n")
    assert excerpt(str(file), 2, ASCII) == []
    assert excerpt(str(file), 0, ASCII) == []
    assert excerpt(str(tmp_path / "gone.py"), 1, ASCII) == []


def test_files_are_told_from_where_one_stands(tmp_path: Path) -> None:
    assert near(str(tmp_path / "a" / "b.py"), tmp_path) == "a/b.py"
    assert near("/else/where.py", tmp_path) == "/else/where.py"
    assert near("b.py", tmp_path) == "b.py"


def test_a_file_whose_name_the_locale_can_not_write_has_no_lines() -> None:
    assert excerpt("\ud800.py", 1, ASCII) == []
