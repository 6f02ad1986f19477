"""A spec as JSON and back, and when two are one version."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.model.params import TYPES
from penstock.model.spec import (
    ON_TIMEOUT,
    TRIGGER_RULES,
    CodeRef,
    DatasetSpec,
    ParamSpec,
    PipelineSpec,
    Resources,
    RetrySpec,
    Source,
    TaskSpec,
    from_json,
    to_json,
)  # fmt: skip

words = st.text(max_size=5)
times = st.floats(0, 1e6)
some_words = st.lists(words, max_size=2).map(tuple)
labels = st.dictionaries(words, words, max_size=2)
maybe_time = st.none() | times
scalars = st.none() | st.booleans() | st.integers() | times | words
plain = scalars | st.lists(scalars, max_size=2) | st.dictionaries(words, scalars, max_size=2)
params = st.builds(
    ParamSpec, name=words, type=st.sampled_from(TYPES), default=plain, required=st.booleans(),
    choices=st.lists(plain, max_size=2).map(tuple), min=scalars, max=scalars, pattern=st.none() | words,
    description=words,
)  # fmt: skip
retries = st.builds(
    RetrySpec, attempts=st.integers(1, 9), delay=times, backoff=st.sampled_from(["constant", "exponential", "random"]),
    factor=times, max_delay=maybe_time, jitter=st.floats(0, 1), max_time=maybe_time, on=some_words,
)  # fmt: skip
sources = st.dictionaries(
    words,
    st.builds(
        Source, kind=st.sampled_from(["dataset", "param", "item", "error"]), name=words,
        over=st.sampled_from([None, "dataset", "param"]), default=st.booleans(),
    ),
    max_size=2,
)  # fmt: skip
resources = st.builds(
    Resources, cpu=times, memory=st.none() | st.integers(0), gpu=times, pool=st.none() | words
)  # fmt: skip
tasks = st.builds(
    TaskSpec, name=words, kind=words, call=words, inputs=sources, outputs=some_words, after=some_words,
    when=st.none() | sources, trigger=st.sampled_from(TRIGGER_RULES),
    role=st.sampled_from(["task", "on_failure", "finally"]), retry=retries, timeout=maybe_time,
    on_timeout=st.sampled_from(ON_TIMEOUT), allow_failure=st.booleans(), tags=some_words, labels=labels,
    resources=resources, foreach=some_words, label=st.none() | words, concurrency=st.none() | st.integers(1),
    grace=times, on_lost=st.sampled_from(["retry", "fail"]), description=words, file=st.none() | words,
    line=st.none() | st.integers(1), source=st.none() | words, facts=st.dictionaries(words, plain, max_size=2),
)  # fmt: skip
datasets = st.builds(
    DatasetSpec, name=words, type=words, layer=words, path=words, description=words, versioned=st.booleans()
)  # fmt: skip
codes = st.builds(
    CodeRef, root=words, file=words, module=words, name=words, digest=words, files=some_words, preload=some_words
)  # fmt: skip
specs = st.builds(
    PipelineSpec, name=words, namespace=words, description=words, params=st.dictionaries(words, params, max_size=2),
    labels=labels, tags=some_words, timeout=maybe_time, on_timeout=st.sampled_from(ON_TIMEOUT),
    durability=st.sampled_from(["pipelined", "strict"]), tasks=st.dictionaries(words, tasks, max_size=2),
    datasets=st.dictionaries(words, datasets, max_size=2), code=st.none() | codes,
)  # fmt: skip
# Specs are wide: drawing one takes longer than anything that is done with it.
slowly = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)


@slowly
@given(specs)
def test_json_leads_back_to_the_same_spec_and_version(spec: PipelineSpec) -> None:
    body = json.loads(json.dumps(to_json(spec), allow_nan=False))
    again = from_json(body)
    assert again == spec
    assert to_json(again) == body
    assert again.version == spec.version


@slowly
@given(specs)
def test_a_version_does_not_hang_on_the_order_of_keys_or_on_the_place(spec: PipelineSpec) -> None:
    code = spec.code or CodeRef("", "", "", "")
    spec = dataclasses.replace(spec, code=code)
    moved = dataclasses.replace(spec, code=dataclasses.replace(code, root=f"{code.root}/elsewhere"))
    turned = dataclasses.replace(spec, labels=dict(reversed(spec.labels.items())))
    assert moved.version == turned.version == spec.version
    assert len(spec.version) == 12
    assert int(spec.version, 16) >= 0


BASE = PipelineSpec("p", tasks={"a": TaskSpec("a", outputs=("a",))}, code=CodeRef("/r", "p.py", "p", "p", "d1"))


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(BASE, name="q"),
        dataclasses.replace(BASE, timeout=1.0),
        dataclasses.replace(BASE, labels={"team": "data"}),
        dataclasses.replace(BASE, params={"year": ParamSpec("year", "int", 2013)}),
        dataclasses.replace(BASE, tasks={"a": TaskSpec("a", outputs=("a",), retry=RetrySpec(2))}),
        dataclasses.replace(BASE, tasks={"a": TaskSpec("a", outputs=("a",), when={})}),
        dataclasses.replace(BASE, code=CodeRef("/r", "p.py", "p", "p", "d2")),
    ],
)
def test_another_definition_or_other_code_is_another_version(changed: PipelineSpec) -> None:
    assert changed.version != BASE.version


def test_facts_that_have_their_default_are_left_out() -> None:
    assert to_json(PipelineSpec("p", tasks={"a": TaskSpec("a")})) == {"name": "p", "tasks": {"a": {"name": "a"}}}


@pytest.mark.parametrize(("default", "written"), [(None, False), (0, True), (False, True), ("", True), ([], True)])
def test_a_default_that_only_looks_empty_is_kept(default: Any, written: bool) -> None:
    assert ("default" in to_json(ParamSpec("p", default=default))) == written


def test_versions_of_this_release_stay() -> None:
    """A change here gives every stored pipeline a new version: do it on purpose, and say so in the change log."""
    assert BASE.version == "e975375d63bf"


def test_the_producer_of_a_dataset() -> None:
    assert BASE.producer("a") == "a"
    assert BASE.producer("b") is None


@pytest.mark.parametrize("body", [{}, {"name": "p", "tasks": {"a": {}}}, {"name": "p", "colour": "red"}])
def test_what_is_no_spec_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError)):
        from_json(body)
