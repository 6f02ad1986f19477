"""The smallest pipeline: one task makes numbers, the next adds them up."""

from penstock import Pipeline, run

hello = Pipeline("hello", params={"count": 10})


@hello.task
def squares(count: int) -> list[int]:
    return [number**2 for number in range(1, count + 1)]


@hello.task
def total(squares: list[int]) -> int:
    run.log(f"the first {len(squares)} squares add up to {sum(squares)}")
    return sum(squares)
