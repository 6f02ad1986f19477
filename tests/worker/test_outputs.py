"""What a task with several outputs may return."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from penstock.errors import WrongOutputs
from penstock.worker import failures
from penstock.worker.perform import _by_name

TASK: Any = SimpleNamespace(spec=SimpleNamespace(name="split", outputs=("train", "test")))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ((1, 2, 3), "returned 3 values; return one for each, in this order"),
        ({"train": 1, "tset": 2}, "lacks test and also has tset; give each output its name in the dict"),
        (1, "a value of type int; return a tuple in this order or a dict by name"),
    ],
)
def test_what_does_not_fit_is_told_by_a_name_that_people_know(value: Any, told: str) -> None:
    with pytest.raises(WrongOutputs, match=told) as wrong:
        _by_name(TASK, value)
    assert failures.describe(wrong.value)["type"] == "WrongOutputs"
