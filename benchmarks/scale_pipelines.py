"""Penstock's fans in the sizes of `benchmarks.scale`. Workers import this file."""

from __future__ import annotations

from benchmarks import penstock_pipelines
from benchmarks.workloads import Size

SIZES = (8, 1_000, 10_000)
MAKERS = {"explicit": penstock_pipelines.fan, "foreach": penstock_pipelines.fan_out}


def variable(shape: str, tasks: int) -> str:
    """The name of the variable, and of the pipeline, of a shape and a size."""
    return f"{shape}_{tasks}"


for _shape, _make in MAKERS.items():
    for _tasks in SIZES:
        globals()[variable(_shape, _tasks)] = _make(variable(_shape, _tasks), Size(_tasks))
