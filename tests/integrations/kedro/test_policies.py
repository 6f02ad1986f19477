"""Policies of nodes and pipelines from tags and from penstock.yml."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.errors import DefinitionError
from penstock.integrations.kedro.policies import Policies
from penstock.model.spec import LimitSpec, PipelineSpec, Resources, RetrySpec, TaskSpec

BASE = """
defaults: {retry: 2, grace: 1s}
tags:
  slow: {timeout: 1h, resources: {memory: 1GB}}
namespaces:
  science: {timeout: 30m, resources: {cpu: 2}}
nodes:
  train: {retry: {attempts: 4, delay: 10s, backoff: exponential}, allow_failure: true}
"""


def node(name: str, *tags: str, namespace: str | None = None) -> TaskSpec:
    facts = {} if namespace is None else {"namespace": namespace}
    return TaskSpec(name, kind="kedro", tags=tags, facts=facts, file="nodes.py", line=3)


def applied(tmp_path: Path, *nodes: TaskSpec, **layers: str) -> dict[str, TaskSpec]:
    return pipeline(tmp_path, *nodes, **layers).tasks


def pipeline(tmp_path: Path, *nodes: TaskSpec, **layers: str) -> PipelineSpec:
    folders = []
    for name, text in layers.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "penstock.yml").write_text(text)
        folders.append(folder)
    spec = PipelineSpec("nightly", tasks={task.name: task for task in nodes})
    return Policies(folders, [spec]).applied(spec)


def test_what_is_nearer_to_a_node_counts_more(tmp_path: Path) -> None:
    made = applied(
        tmp_path,
        node("load", "slow"),
        node("train", "slow", namespace="science.models"),
        node("score", "penstock.retry.9", "penstock.timeout.5m", "penstock.memory.2GB", namespace="science"),
        base=BASE,
        local="namespaces: {science: {timeout: 20m}}\n",
    )
    assert made["load"].retry == RetrySpec(2)
    assert (made["load"].timeout, made["load"].grace) == (3600, 1)
    assert made["load"].resources == Resources(memory=10**9)
    assert made["train"].timeout == 1200
    assert made["train"].resources == Resources(cpu=2, memory=10**9)
    assert made["train"].retry == RetrySpec(4, 10, "exponential")
    assert made["train"].allow_failure
    assert made["score"].retry == RetrySpec(9)
    assert made["score"].timeout == 300
    assert made["score"].resources == Resources(cpu=2, memory=2 * 10**9)


def test_without_policies_nodes_stay_as_they_are(tmp_path: Path) -> None:
    one = node("one", "slow")
    assert applied(tmp_path, one) == {"one": one}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("nodes:\n  tran: {retry: 2}\n", 2, "there is no node 'tran' (in nodes); did you mean 'train'?"),
        ("node:\n  train: {retry: 2}\n", 1, "there is no section 'node'; did you mean 'nodes'?"),
        ("nodes:\n  train:\n    timout: 3\n", 3, "no policy 'timout' (in nodes.train); did you mean 'timeout'?"),
        ("nodes:\n  train:\n    retry: 0\n", 3, "Retry makes 0 attempts"),
        ("nodes:\n  train: {retry: {tries: 2}}\n", 2, "retry of node 'train' has no 'tries'"),
        ("nodes:\n  train: {timeout: soon}\n", 2, "timeout of node 'train': 'soon' is no duration"),
        ("nodes:\n  train: {resources: {memry: 1GB}}\n", 2, "asks for the resource 'memry'"),
        ("nodes: [train]\n", 1, "nodes is ['train']"),
        ("nodes:\n  train: {\n", 3, "this is no YAML"),
        ("nodes:\n  train: {retry: 2}\n  train: {retry: 3}\n", 3, "'train' stands here twice"),
        ("defaults: {durability: strict}\n", 1, "it is a policy of pipelines: write it in pipelines"),
        (
            "pipelines:\n  nightly: {retry: 2}\n",
            2,
            "it is a policy of nodes: write it in defaults, tags, namespaces or",
        ),
        ("pipelines:\n  nihgtly: {timeout: 2h}\n", 2, "there is no pipeline 'nihgtly' (in pipelines); did you mean"),
        ("pipelines:\n  nightly: {timeout: soon}\n", 2, "timeout of pipeline 'nightly': 'soon' is no duration"),
        ("pipelines:\n  nightly: {on_timeout: stop}\n", 2, "on_timeout of pipeline 'nightly' is 'stop'"),
        ("pipelines:\n  nightly:\n    concurrency: 0\n", 3, "concurrency of pipeline 'nightly' is 0"),
        ("pipelines:\n  nightly: {concurrency: {full: skip}}\n", 2, "does not say how many runs"),
        ("pipelines:\n  nightly: {concurrency: {runs: 1, fall: skip}}\n", 2, "has no 'fall'; did you mean 'full'?"),
        (
            "pipelines:\n  nightly:\n    concurrency: {runs: 1, full: wait}\n",
            3,
            "Limit can't do 'wait' when it is full",
        ),
        ("pipelines:\n  nightly: {concurrency: {runs: none}}\n", 2, "Limit lets 'none' runs go"),
        ("pipelines:\n  nightly: {durability: loose}\n", 2, "durability of pipeline 'nightly' is 'loose'"),
        ("pipelines:\n  nightly: {labels: [sales]}\n", 2, "labels of pipeline 'nightly' is ['sales']"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_place(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        applied(tmp_path, node("train"), base=text)
    assert told in str(raised.value)
    assert raised.value.file == str(tmp_path / "base" / "penstock.yml")
    assert raised.value.line == line


def test_a_pipeline_has_limits_of_its_own_and_those_of_the_environment_count_more(tmp_path: Path) -> None:
    made = pipeline(
        tmp_path,
        node("train"),
        base="pipelines:\n  nightly: {timeout: 2h, on_timeout: cancelled, concurrency: 3, labels: {team: sales}}\n",
        local="pipelines: {nightly: {concurrency: {runs: 1, full: skip}, durability: strict}}\n",
    )
    assert (made.timeout, made.on_timeout, made.durability) == (7200, "cancelled", "strict")
    assert made.concurrency == LimitSpec(1, "skip")
    assert made.labels == {"team": "sales"}
    assert made.tasks == {"train": node("train")}


@pytest.mark.parametrize("tag", ["penstock.retries.3", "penstock.retry", "penstock.timeout.soon"])
def test_a_tag_that_is_no_policy_points_at_the_node(tmp_path: Path, tag: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        applied(tmp_path, node("train", tag))
    assert (raised.value.file, raised.value.line) == ("nodes.py", 3)


def test_names_of_other_pipelines_are_no_problem_where_not_all_are_known(tmp_path: Path) -> None:
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "penstock.yml").write_text("nodes: {elsewhere: {retry: 2}}\n")
    spec = PipelineSpec("nightly", tasks={"train": node("train")})
    assert Policies([folder], None).applied(spec) == spec
