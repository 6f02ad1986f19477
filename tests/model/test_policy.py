"""Laws of trying again."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from penstock.model.policy import LONGEST, longest_delay, next_delay, retryable
from penstock.model.spec import RetrySpec

seconds = st.floats(0, 1e9)
retries = st.builds(
    RetrySpec,
    attempts=st.integers(2, 10**6),
    delay=seconds,
    backoff=st.sampled_from(["constant", "exponential", "random"]),
    factor=st.floats(1, 1000),
    max_delay=st.none() | seconds,
    jitter=st.floats(0, 1),
)
chances = st.floats(0, 1, exclude_max=True)


@given(retries, st.data(), chances)
@example(RetrySpec(10**6, delay=1e9, backoff="exponential", factor=1000), None, 0.5)
def test_every_delay_is_finite_and_within_the_cap(retry: RetrySpec, data: st.DataObject | None, chance: float) -> None:
    attempt = data.draw(st.integers(1, retry.attempts - 1)) if data else retry.attempts - 1
    delay = next_delay(retry, attempt, 0, chance)
    assert delay is not None
    assert math.isfinite(delay)
    assert 0 <= delay <= min(LONGEST, LONGEST if retry.max_delay is None else retry.max_delay)
    assert delay <= longest_delay(retry, attempt)


@given(retries, st.integers(0, 10), chances)
def test_the_last_attempt_has_no_next_one(retry: RetrySpec, past: int, chance: float) -> None:
    assert next_delay(retry, retry.attempts + past, 0, chance) is None


@given(st.integers(1, 5000), st.sampled_from(["constant", "exponential", "random"]), chances)
def test_no_delay_stays_none(attempt: int, backoff: str, chance: float) -> None:
    assert next_delay(RetrySpec(10_000, delay=0, backoff=backoff), attempt, 0, chance) == 0


@given(seconds, st.floats(0, 1), chances)
def test_jitter_moves_a_delay_by_at_most_its_share(delay: float, jitter: float, chance: float) -> None:
    plain = min(delay, LONGEST)
    moved = next_delay(RetrySpec(2, delay=delay, jitter=jitter), 1, 0, chance)
    assert moved is not None
    assert abs(moved - plain) <= plain * (jitter + 1e-12)


def test_jitter_goes_both_ways() -> None:
    retry = RetrySpec(2, delay=10, jitter=0.5)
    assert next_delay(retry, 1, 0, 0) == 5
    assert next_delay(retry, 1, 0, 0.5) == 10
    assert next_delay(retry, 1, 0, 0.75) == 12.5


@given(st.floats(0.001, 100), st.floats(1, 10), st.integers(1, 30))
def test_exponential_grows_by_its_factor_up_to_the_cap(delay: float, factor: float, attempt: int) -> None:
    retry = RetrySpec(100, delay=delay, backoff="exponential", factor=factor)
    one, following = next_delay(retry, attempt, 0, 0), next_delay(retry, attempt + 1, 0, 0)
    assert one is not None
    assert following == pytest.approx(min(one * factor, LONGEST))


@given(st.integers(1, 40), chances)
def test_random_is_a_share_of_the_exponential_delay(attempt: int, chance: float) -> None:
    whole = next_delay(RetrySpec(100, delay=3, backoff="exponential"), attempt, 0, 0)
    assert whole is not None
    random = next_delay(RetrySpec(100, delay=3, backoff="random"), attempt, 0, chance)
    assert random == pytest.approx(whole * chance)


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(0, 1000))
def test_the_next_attempt_begins_within_max_time(delay: float, max_time: float, ago: float) -> None:
    found = next_delay(RetrySpec(3, delay=delay, max_time=max_time), 1, ago, 0)
    assert found == (delay if ago + delay <= max_time else None)


def test_what_is_tried_again() -> None:
    names = ["urllib.error.URLError", "OSError", "Exception", "BaseException", "object"]
    assert retryable(RetrySpec(3), names)
    assert retryable(RetrySpec(3, on=("ValueError", "OSError")), names)
    assert not retryable(RetrySpec(3, on=("ValueError",)), names)
    assert not retryable(RetrySpec(3, on=("error.URLError",)), names)


def test_without_names_every_exception_is_tried_again() -> None:
    assert retryable(RetrySpec(3), ["KeyError", "LookupError", "Exception", "BaseException"])
    assert retryable(RetrySpec(3), [])
    assert not retryable(RetrySpec(3), ["SystemExit", "BaseException"])
    assert retryable(RetrySpec(3, on=("BaseException",)), ["SystemExit", "BaseException"])
    assert not retryable(RetrySpec(3, on=("ValueError",)), [])
