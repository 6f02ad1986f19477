from __future__ import annotations

from typing import Any

import pytest

from penstock.agent.words import is_word

REF = ["json", "1", None, 1, None, None, None, "int", True]
ERROR = {"type": "E", "message": "", "traceback": "", "names": [], "file": None, "line": None}
ENDED = [
    "ended",
    "1:0:1",
    "succeeded",
    None,
    [["a", REF]],
    None,
    None,
    [0.1, 2, 3, 4],
    1,
    2,
    False,
    [100, 2, 3],
    True,
]


def ended(place: int, fact: Any) -> list[Any]:
    return [*ENDED[:place], fact, *ENDED[place + 1 :]]


@pytest.mark.parametrize(
    "message",
    [
        ENDED,
        ended(5, ERROR),
        ended(6, [["label", {}]]),
        ["loaded", "run", 1.0, [100, 2, 3]],
        ["metric", 1.0, "rows", 3, None],
        ["metric", 1.0, "rows", 3.5, "rows"],
        ["progress", 1.0, 1, None],
        ["progress", 1.0, 1, 2],
        ["told", 1.0, "dataset_saved", {"dataset": "cars", "bytes": None}],
    ],
)
def test_what_workers_say_is_taken(message: list[Any]) -> None:
    assert is_word(message)


@pytest.mark.parametrize(
    "message",
    [
        ["unknown"],
        ["told", 1.0, "task.succeeded", {}],
        ["told", 1.0, "dataset_saved", "cars"],
        ["ended"],
        ENDED[:-1],
        ended(2, "lost"),
        ended(4, None),
        ended(4, [["a"]]),
        ended(4, [["a", REF[:-1]]]),
        ended(5, "text"),
        ended(5, {}),
        ended(6, {}),
        ended(7, [1]),
        ended(7, ["a", 1, 2, 3]),
        ended(8, None),
        ended(8, 1.0),
        ended(9, 1 << 60),
        ended(9, -1),
        ended(10, None),
        ended(11, []),
        ended(12, 1),
        ["loaded", "run", None, [0.1, 2, 3]],
        ["metric", 1.0, "rows", "3", None],
        ["progress", 1.0, None, None],
    ],
)
def test_what_does_not_fit_is_not(message: list[Any]) -> None:
    assert not is_word(message)
