"""The first pipeline of the README: its tasks are plain functions."""

import runpy
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "examples" / "hello" / "hello.py"


@pytest.mark.parametrize(("count", "sum_of_squares"), [(0, 0), (1, 1), (10, 385)])
def test_squares_add_up(count: int, sum_of_squares: int) -> None:
    hello = runpy.run_path(str(FILE))
    assert hello["total"](hello["squares"](count)) == sum_of_squares
