"""How runs fail."""

from __future__ import annotations

import random
from typing import Any, Final

_ERRORS: Final = (
    ("ValueError", "could not convert string to float: 'n/a' in column {word}, row {number}"),
    ("KeyError", "'{word}_id'"),
    ("FileNotFoundError", "[Errno 2] No such file or directory: '/data/{word}/{number}.csv'"),
    ("ConnectionError", "could not reach warehouse-{small}.internal:5432 after 30 s"),
    ("TimeoutError", "the task ran longer than {small}0 s"),
    ("MemoryError", "unable to allocate {small}.4 GiB for an array with shape ({number}, 64)"),
    ("pandas.errors.MergeError", "Merge keys are not unique in right dataset; not a one-to-one merge ({word})"),
    ("AssertionError", "expected {number} rows of {word}, got {small}"),
    ("PermissionError", "[Errno 13] Permission denied: '/mnt/{word}'"),
    ("ZeroDivisionError", "division by zero"),
)
_WORDS: Final = ("carrier", "tailnum", "price", "zone", "customer", "sku", "sensor", "currency")


def error_of(chance: random.Random, task: str) -> dict[str, Any]:
    """An error as the engine keeps it."""
    kind, message = chance.choice(_ERRORS)
    text = message.format(word=chance.choice(_WORDS), number=chance.randrange(100_000), small=chance.randrange(1, 9))
    name = kind.rpartition(".")[2]
    trace = f'Traceback (most recent call last):\n  File "pipelines/{task}.py", line 31, in {task}\n{name}: {text}\n'
    return {
        "task": task, "map_index": None, "label": None, "type": name, "message": text, "traceback": trace,
        "file": f"pipelines/{task}.py", "line": 31, "names": [kind, "Exception"],
    }  # fmt: skip
