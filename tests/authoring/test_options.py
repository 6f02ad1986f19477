"""Retry and Param are checked where they are written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from penstock import Param, Pipeline, Retry
from penstock.errors import DefinitionError
from penstock.model.spec import RetrySpec


class Flaky(Exception):
    """For the name of a class that is not built in."""


def test_retry_takes_texts_numbers_and_timedeltas() -> None:
    made = Retry(4, delay="1m", backoff="random", factor=3, max_delay=90, jitter=0.5, max_time=timedelta(hours=1))
    assert made.spec == RetrySpec(4, 60.0, "random", 3.0, 90.0, 0.5, 3600.0, ())
    assert Retry(3).spec == RetrySpec(3)


def test_exceptions_are_kept_by_name() -> None:
    assert Retry(2, on=ValueError).spec.on == ("ValueError",)
    assert Retry(2, on=(ValueError, Flaky)).spec.on == ("ValueError", f"{__name__}.Flaky")
    assert Retry(2, on=(ValueError, Exception)).spec.on == ()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"attempts": 0}, "makes 0 attempts"), ({"attempts": True}, "makes True attempts"),
        ({"attempts": 1.5}, "makes 1.5 attempts"), ({"delay": "soon"}, "delay of Retry can't be 'soon'"),
        ({"delay": -1}, "delay of Retry can't be -1"), ({"backoff": "exponental"}, "did you mean 'exponential'"),
        ({"factor": 0.5}, "factor 0.5"), ({"factor": float("nan")}, "factor nan"), ({"jitter": 2}, "jitter 2"),
        ({"max_delay": "x"}, "max_delay of Retry"), ({"max_time": -1}, "max_time of Retry"),
        ({"on": ["ValueError"]}, "can't try again on 'ValueError'"), ({"on": int}, "can't try again on <class 'int'>"),
    ],
)  # fmt: skip
def test_a_retry_that_makes_no_sense(given: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Retry(**{"attempts": 3, **given})
    assert told in str(caught.value)
    assert caught.value.file == __file__
    assert caught.value.line


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"type": "int", "default": "x"}, "'x' is not"), ({"type": "int", "default": 9, "max": 5}, "at most 5"),
        ({"type": "str", "default": "c", "choices": ["a"]}, "choose one of 'a'"),
        ({"type": "int", "min": "low"}, "'low' is not"), ({"type": "str", "pattern": "("}, "unterminated"),
        ({"type": "str", "default": "x", "pattern": "[0-9]+"}, "must match"),
        ({"type": "date", "default": "yesterday"}, "'yesterday' is not"),
    ],
)  # fmt: skip
def test_a_param_whose_definition_does_not_hold(given: dict[str, Any], told: str) -> None:
    p = Pipeline("p", params={"some": Param(**given)})
    p.task(name="work")(test_exceptions_are_kept_by_name)
    with pytest.raises(DefinitionError) as caught:
        p.spec()
    assert "the definition of parameter 'some' does not hold" in caught.value.message
    assert told in caught.value.message
    assert caught.value.file == __file__


def test_a_type_that_is_none() -> None:
    with pytest.raises(DefinitionError, match="can't have the type 'integer'"):
        Param("integer")
