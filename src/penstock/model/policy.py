"""When to try again: pure arithmetic over a RetrySpec. Chance is passed in as a number in [0, 1)."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.model.spec import RetrySpec

#: Delays never grow past this (seconds), whatever a policy says: thirty days.
LONGEST = 30 * 86400.0


def next_delay(retry: RetrySpec, attempt: int, started_ago: float, chance: float) -> float | None:
    """Seconds until the next attempt after `attempt` (from 1) failed; None when the policy is exhausted.

    `started_ago`: seconds since the first attempt began; the next one must begin within `max_time` of it.
    `random` is uniform between nothing and the exponential delay ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    if attempt >= retry.attempts:
        return None
    most = _cap(retry)
    delay = min(_plain(retry, attempt), most)
    if retry.backoff == "random":
        delay *= chance
    elif retry.jitter:
        delay = min(delay * (1 + retry.jitter * (2 * chance - 1)), most)
    if retry.max_time is not None and started_ago + delay > retry.max_time:
        return None
    return delay


def longest_delay(retry: RetrySpec, attempt: int) -> float:
    """The most that `next_delay` can give after `attempt`, whatever the chance."""
    return min(_plain(retry, attempt) * (1 + retry.jitter), _cap(retry))


def _cap(retry: RetrySpec) -> float:
    return LONGEST if retry.max_delay is None else min(retry.max_delay, LONGEST)


def _plain(retry: RetrySpec, attempt: int) -> float:
    if retry.backoff == "constant" or not retry.delay:
        return retry.delay
    try:
        return retry.delay * float(retry.factor) ** (attempt - 1)
    except OverflowError:
        return LONGEST


def retryable(retry: RetrySpec, names: Iterable[str]) -> bool:
    """Is an error with these class names (its own and its bases') one that the policy tries again?

    A policy that names none tries every Exception again, so not `sys.exit()`. A failure that has no names is none of
    the task's code, and is tried again too.
    """
    named = set(names)
    return not named.isdisjoint(retry.on or ("Exception",)) or not (named or retry.on)
