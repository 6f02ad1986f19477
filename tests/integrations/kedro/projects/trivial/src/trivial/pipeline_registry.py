"""TRIVIAL_NODES nodes (500) that pass a number on: TRIVIAL_WIDTH chains (10) side by side."""

import os

from kedro.pipeline import Pipeline, node, pipeline


def begin() -> int:
    """A number."""
    return 0


def step(number: int) -> int:
    """The next one."""
    return number + 1


def register_pipelines() -> dict[str, Pipeline]:
    """The chains."""
    count, width = int(os.environ.get("TRIVIAL_NODES", "500")), int(os.environ.get("TRIVIAL_WIDTH", "10"))
    return {"__default__": pipeline([_node(at, width) for at in range(count)])}


def _node(at: int, width: int) -> object:
    if at < width:
        return node(begin, None, f"d{at}", name=f"n{at}")
    return node(step, f"d{at - width}", f"d{at}", name=f"n{at}")
