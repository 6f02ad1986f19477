"""Tasks that every executor must treat alike."""

import logging
import os
import random
import sys
import time

from penstock import Pipeline, run

pipeline = Pipeline("conformance", params={"year": 2013, "tags": ["a"]})
task = pipeline.task


@task
def one():
    return 1


@task
def plus_one(one):
    return one + 1


@task
def with_params(year: int, tags: list):
    tags.append("changed")
    return [year, tags]


@task(inputs={"value": "one"})
def with_default(value=7):
    return value


@task(outputs=["train", "test"])
def as_tuple():
    return [1, 2], [3]


@task(outputs=["left", "right"])
def as_dict():
    return {"right": "r", "left": "l"}


@task(outputs=["first", "second"])
def too_few():
    return (1,)


@task(outputs=["up", "down"])
def wrong_names():
    return {"up": 1, "sideways": 2}


@task(outputs=["a", "b"])
def one_for_two():
    return 5


@task(outputs=[])
def thrown_away():
    return object()


@task
def unstorable():
    return (value for value in range(3))


@task(when=lambda one: one > 1)
def conditional():
    return "ran"


def _deeper():
    raise KeyError("inner")


@task
def fails():
    try:
        _deeper()
    except KeyError as error:
        raise ValueError("outer\nsecond line") from error


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@task
def fails_without_text():
    raise Unprintable


@task
def fails_at_length():
    raise ValueError("x" * 100_000)


@task
def exits():
    sys.exit(0)


@task
def exits_with_text():
    sys.exit("no data today")


@task
def interrupted():
    raise KeyboardInterrupt


@task
def no_memory():
    raise MemoryError


@task
def disk_full():
    raise OSError(28, "No space left on device")


@task(foreach={"item": "one"}, label="item {item}")
def each(item):
    return item * 10


@task(foreach={"item": "one"})
def each_plain(item):
    return item


@task(foreach={"left": "one", "right": "plus_one"})
def each_pair(left, right):
    return [left, right]


@task
def speaks():
    print("to output")
    logging.getLogger("shop.clean").warning("to log")
    logging.getLogger("shop.clean").debug("not heard")
    print("to error", file=sys.stderr)
    try:
        raise ValueError("told")
    except ValueError:
        logging.getLogger().exception("with traceback")
    run.log("from run", "error")


@task
def reports():
    run.metric("rows", 12, "rows")
    for done in range(3):
        run.progress(done + 1, 3)
    return [run.id, run.task, run.attempt, run.generation, run.idempotency_key, run.params["year"]]


@task
def where():
    return [os.getpid(), sys.stdin is not None]


@task
def chance():
    return random.random()


@task
def sleeps(year: int = 1):
    time.sleep(1000)


@pipeline.on_failure
def on_error(error):
    return error
