"""Numbers, their squares, parts and pieces."""

from collections.abc import Callable, Iterator

import pandas as pd
from kedro.pipeline import Pipeline, node, pipeline


def count(least: int) -> pd.DataFrame:
    """A hundred numbers."""
    return pd.DataFrame({"n": range(least, least + 100)})


def divide(numbers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The numbers by their last digit."""
    return {f"digit_{digit}": numbers[numbers["n"] % 10 == digit] for digit in range(10)}


def gather(parts: dict[str, Callable[[], pd.DataFrame]]) -> int:
    """The sum of all parts."""
    return int(sum(load()["n"].sum() for load in parts.values()))


def square(numbers: pd.DataFrame) -> pd.DataFrame:
    """Each number and its square."""
    return numbers.assign(square=numbers["n"] ** 2)


def write_pieces(squares: str) -> Iterator[str]:
    """Some lines at a time."""
    lines = squares.splitlines(keepends=True)
    for start in range(0, len(lines), 40):
        yield "".join(lines[start : start + 40])


def say(total: int, pieces: str) -> None:
    """Nothing is returned, so nothing is saved."""
    assert total > 0
    assert pieces.startswith("n,square")


def register_pipelines() -> dict[str, Pipeline]:
    """All of it."""
    return {
        "__default__": pipeline(
            [
                node(count, "params:least", "numbers", name="count"),
                node(divide, "numbers", "parts", name="divide"),
                node(gather, "parts", "total", name="gather"),
                node(square, "numbers", "squares@pandas", name="square"),
                node(write_pieces, "squares@text", "pieces", name="write_pieces"),
                node(say, ["total", "pieces"], None, name="say"),
            ]
        )
    }
