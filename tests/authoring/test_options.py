"""Retry and Param: what they make, and what makes no sense in them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from penstock import Param, Retry
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
        ({"on": ()}, "tries again on no exception"), ({"on": 5}, "can't try again on 5"),
        ({"on": {ValueError}}, "can't try again on {<class 'ValueError'>}"), ({"factor": "2"}, "factor '2'"),
        ({"delay": None}, "delay of Retry can't be None"), ({"attempts": "3"}, "makes '3' attempts"),
    ],
)  # fmt: skip
def test_a_retry_that_makes_no_sense(given: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        _ = Retry(**{"attempts": 3, **given}).spec
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
        ({"type": "integer"}, "there is no type 'integer'; did you mean 'int'?"),
        ({"type": set}, "there is no type 'set'"), ({"type": 2013}, "the default comes second: Param('int', 2013)"),
        ({"type": "int", "min": 5, "max": 1}, "its max 1 is not above its min 5"),
        ({"type": "str", "min": 1}, "a parameter of type str has no min"),
        ({"type": "bool", "max": True}, "a parameter of type bool has no max"),
        ({"type": "int", "pattern": "[0-9]"}, "a pattern is a text, for a parameter of type str"),
        ({"type": "str", "pattern": 5}, "its pattern can't be 5"),
        ({"type": "str", "choices": "ab"}, "its choices can't be 'ab'; give a list"),
        ({"type": "int", "choices": [1, "b"]}, "'b' is not"),
        ({"type": "int", "default": 1, "required": True}, "it is required and has a default"),
    ],
)  # fmt: skip
def test_a_param_whose_definition_does_not_hold(given: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Param(**given).spec("some")
    assert "the definition of parameter 'some' does not hold" in caught.value.message
    assert told in str(caught.value)
    assert caught.value.file == __file__


def test_all_that_is_wrong_in_one_is_told_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        _ = Retry(0, delay="soon", backoff="linear", factor=0, jitter=9, on=()).spec  # type: ignore[arg-type]
    assert len(caught.value.facts["problems"]) == 6
    with pytest.raises(DefinitionError) as caught:
        Param("int", default="x", min="low", pattern="(", choices=[1, "b"]).spec("some")
    assert len(caught.value.facts["problems"]) == 4


def test_types_may_be_classes() -> None:
    for given, named in ((int, "int"), (timedelta, "duration"), (date, "date"), (list[str], "list"), (Any, "any")):
        assert Param(given).spec("some").type == named
