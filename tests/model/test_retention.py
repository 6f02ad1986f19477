"""What retention lets go of, for any history of runs and any rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.retention import Kept, Rule, age, decide
from penstock.model.states import RUN_STATES, TERMINAL_RUN

NOW = 1_000_000.0
PIPELINES = ["a", "b"]

runs = st.lists(
    st.tuples(st.sampled_from(PIPELINES), st.sampled_from(RUN_STATES), st.floats(0, NOW), st.integers(0, 100)),
    max_size=30,
).map(
    lambda rows: [
        Kept(len(rows) - at, "default", pipeline, state, ended if state in TERMINAL_RUN else None, size)
        for at, (pipeline, state, ended, size) in enumerate(rows)
    ]
)
limits = {
    "keep": st.none() | st.floats(0, NOW), "runs": st.none() | st.integers(0, 10),
    "bytes": st.none() | st.integers(0, 500), "latest": st.booleans(),
}  # fmt: skip
rules = st.lists(
    st.builds(
        Rule,
        pipeline=st.none() | st.sampled_from(PIPELINES),
        states=st.none() | st.frozensets(st.sampled_from(sorted(TERMINAL_RUN)), min_size=1),
        **limits,
    ),
    max_size=3,
)


def latest(history: list[Kept]) -> set[int]:
    return {
        max((run.key for run in history if (run.pipeline, run.state) == (pipeline, "succeeded")), default=0)
        for pipeline in PIPELINES
    }


@given(history=runs, given_rules=rules)
def test_each_run_goes_by_the_one_rule_that_fits_it_first(history: list[Kept], given_rules: list[Rule]) -> None:
    going = [run.key for run in decide(history, given_rules, NOW)]
    assert going == sorted(going, reverse=True)
    over = [run for run in history if run.ended_at is not None]
    of_rule = {run.key: next((rule for rule in given_rules if rule.fits(run)), None) for run in over}
    expected = set()
    for run in over:
        rule = of_rule[run.key]
        if rule is None or (rule.latest and run.key in latest(history)):
            continue
        # As a person would look it up: what is as new or newer, under the same rule.
        newer = [one for one in over if one.key >= run.key and of_rule[one.key] is rule]
        aged = rule.keep is not None and NOW - run.ended_at > rule.keep
        many = rule.runs is not None and sum(one.pipeline == run.pipeline for one in newer) > rule.runs
        large = rule.bytes is not None and sum(one.bytes for one in newer) > rule.bytes
        if aged or many or large:
            expected.add(run.key)
    assert set(going) == expected


@given(history=runs, given_rules=rules)
def test_what_stays_once_stays_when_it_is_asked_again(history: list[Kept], given_rules: list[Rule]) -> None:
    going = {run.key for run in decide(history, given_rules, NOW)}
    left = [run for run in history if run.key not in going]
    assert list(decide(left, given_rules, NOW)) == []


def test_what_is_not_over_stays_and_counts_for_nothing() -> None:
    history = [Kept(3, "n", "a", "running", None, 10**12), Kept(2, "n", "a", "failed", 1.0, 5)]
    assert list(decide(history, [Rule(runs=1, bytes=5)], NOW)) == []


def test_a_rule_for_some_keeps_them_from_the_general_limits() -> None:
    history = [Kept(2, "n", "a", "failed", 1.0, 5), Kept(1, "n", "b", "failed", 1.0, 5)]
    assert [run.key for run in decide(history, [Rule(pipeline="a"), Rule(keep=60.0)], NOW)] == [1]


@pytest.mark.parametrize(
    ("rules", "longest"),
    [
        ([], None),
        ([Rule(keep=60.0)], 60.0),
        ([Rule(runs=5)], None),
        ([Rule(states=frozenset({"failed"}), keep=90.0), Rule(keep=60.0), Rule(keep=600.0)], 90.0),
        ([Rule(states=frozenset({"failed"}), keep=9.0), Rule(pipeline="b"), Rule(keep=60.0)], 60.0),
        ([Rule(pipeline="a"), Rule(keep=60.0)], None),
        ([Rule(states=frozenset({"failed"}), keep=9.0)], None),
    ],
)
def test_what_no_run_needs_is_kept_as_long_as_any_run_may_be(rules: list[Rule], longest: float | None) -> None:
    assert age(rules, "n", "a") == longest
