"""A pipeline for each way to fail: two nodes go well, one fails, one would come after it, one waits for nobody."""

from kedro.pipeline import Pipeline, node, pipeline


def begin() -> int:
    """Goes well."""
    return 1


def add(number: int) -> int:
    """Goes well."""
    return number + 1


def divide_by_zero(number: int) -> float:
    """Fails."""
    return number / (number - number)


def take(_: object) -> int:
    """Never gets what it wants."""
    return 0


def register_pipelines() -> dict[str, Pipeline]:
    """By what fails."""
    good = [node(begin, None, "one", name="begin"), node(add, "one", "two", name="add")]
    return {
        "__default__": pipeline(good),
        "function": pipeline([*good, node(divide_by_zero, "two", "three", name="fail"), _after("three")]),
        "load": pipeline([*good, node(_take_both, ["two", "absent"], "three", name="fail"), _after("three")]),
        "save": pipeline([*good, node(add, "two", "unwritable", name="fail"), _after("unwritable")]),
    }


def _take_both(number: int, table: object) -> int:
    return number


def _after(dataset: str) -> object:
    return node(take, dataset, "four", name="after")
