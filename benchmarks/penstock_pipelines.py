"""The four workloads as pipelines of Penstock. Workers import this file, so it holds every size that is run."""

from __future__ import annotations

from benchmarks import workloads
from benchmarks.workloads import WORKLOADS, Size
from penstock import Pipeline


def variable(workload: str, size: Size) -> str:
    """The name of the variable, and of the pipeline, of a workload and a size."""
    return f"{workload}_{size.tasks}_{size.rows}_{int(size.seconds * 1000)}"


def first() -> int:
    """The first task of a chain: it is given 0."""
    return workloads.add_one(0)


def add_one(value: int) -> int:
    return workloads.add_one(value)


def chain(name: str, size: Size) -> Pipeline:
    pipeline = Pipeline(name)
    pipeline.task(name="t0")(first)
    for at in range(1, size.tasks):
        pipeline.task(name=f"t{at}", inputs={"value": f"t{at - 1}"})(add_one)
    return pipeline


def start() -> int:
    return workloads.start()


def same(value: int) -> int:
    return workloads.same(value)


def total_of(names: list[str]):  # type: ignore[no-untyped-def]
    """A function that names all its inputs: names are the wiring."""
    source = f"def total({', '.join(names)}):\n    return sum(({', '.join(names)},))"
    space: dict[str, object] = {}
    exec(source, space)
    return space["total"]


def fan(name: str, size: Size) -> Pipeline:
    pipeline = Pipeline(name)
    pipeline.task(name="start")(start)
    names = [f"m{at}" for at in range(size.tasks)]
    for each in names:
        pipeline.task(name=each, inputs={"value": "start"})(same)
    pipeline.task(name="total")(total_of(names))
    return pipeline


def fan_out(name: str, size: Size) -> Pipeline:
    pipeline = Pipeline(name, params={"count": size.tasks})

    @pipeline.task
    def items(count: int) -> list[int]:
        return [1] * count

    pipeline.task(name="each", foreach={"value": "items"})(same)

    @pipeline.task
    def total(each: list[int]) -> int:
        return workloads.total(each)

    return pipeline


def make_table(rows: int):  # type: ignore[no-untyped-def]
    return workloads.table(rows)


def shifted(frame):  # type: ignore[no-untyped-def]
    return workloads.shifted(frame)


def tables(name: str, size: Size) -> Pipeline:
    pipeline = Pipeline(name, params={"rows": size.rows})
    pipeline.task(name="t0")(make_table)
    for at in range(1, size.tasks):
        pipeline.task(name=f"t{at}", inputs={"frame": f"t{at - 1}"})(shifted)
    return pipeline


def burn(seconds: float) -> int:
    return workloads.burn(seconds)


def burning(name: str, size: Size) -> Pipeline:
    pipeline = Pipeline(name, params={"seconds": size.seconds})
    for at in range(size.tasks):
        pipeline.task(name=f"t{at}")(burn)
    return pipeline


_MAKE = {"A": chain, "B": fan, "BF": fan_out, "C": tables, "D": burning}

for _key, _workload in WORKLOADS.items():
    for _size in (_workload.full, _workload.warm_up):
        _name = variable(_key, _size)
        globals()[_name] = _MAKE[_key](_name, _size)
