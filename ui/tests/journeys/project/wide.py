"""A thousand tasks in ten layers."""

from penstock import Pipeline

wide = Pipeline("wide", namespace="scale", description="A thousand tasks.")
WIDTH, DEPTH = 100, 10


def first() -> int:
    return 1


def following(left: int, right: int) -> int:
    return left + right


for column in range(WIDTH):
    wide.task(first, name=f"layer_0.task_{column}")
for layer in range(1, DEPTH):
    for column in range(WIDTH):
        wide.task(
            following,
            name=f"layer_{layer}.task_{column}",
            inputs={
                "left": f"layer_{layer - 1}.task_{column}",
                "right": f"layer_{layer - 1}.task_{(column * 7 + layer) % WIDTH}",
            },
        )
