"""`[retention]` in penstock.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.compose.settings import load_settings
from penstock.errors import SettingsError
from penstock.model.retention import Rule

DAY = 86_400.0


def rules(folder: Path, text: str) -> list[Rule]:
    (folder / "penstock.toml").write_text(text)
    return load_settings(folder, {}).retention


def test_rules_for_some_come_before_the_general_limits(tmp_path: Path) -> None:
    text = """
[retention]
keep = "90d"
runs = 1000
bytes = "50GB"

[[retention.rules]]
pipeline = "flights"
state = "failed"
keep = "1y"

[[retention.rules]]
namespace = "sales"
state = ["cancelled", "skipped"]
runs = 0
latest = false

[[retention.rules]]
pipeline = "audit"
keep = "forever"
"""
    assert rules(tmp_path, text) == [
        Rule(pipeline="flights", states=frozenset(["failed"]), keep=365 * DAY),
        Rule(namespace="sales", states=frozenset(["cancelled", "skipped"]), runs=0, latest=False),
        Rule(pipeline="audit"),
        Rule(keep=90 * DAY, runs=1000, bytes=50 * 10**9),
    ]


def test_without_a_table_all_is_kept(tmp_path: Path) -> None:
    assert rules(tmp_path, "") == []
    assert rules(tmp_path, "[retention]") == []


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("retention = 3", "write a table"),
        ("[retention]\nkep = 3", "did you mean 'keep'"),
        ("[retention]\nkeep = 'long'", "no duration"),
        ("[retention]\nruns = -1", "whole number from 0"),
        ("[retention]\nbytes = 'much'", "no size"),
        ("[retention]\nlatest = false", "needs a limit"),
        ("[retention]\nruns = 1\nlatest = 'no'", "true or false"),
        ("[[retention.rules]]\npipeline = 'a'", "rule 1 of [retention] needs a limit"),
        ("[[retention.rules]]\nstate = 'faild'\nruns = 1", "did you mean 'failed'"),
        ("[[retention.rules]]\nstate = 'running'\nruns = 1", "no run ends as 'running'"),
        ("[[retention.rules]]\nstate = []\nruns = 1", "a list of words"),
        ("[[retention.rules]]\npipeline = ''\nruns = 1", "pipeline is a name"),
        ("[retention]\nrules = 3", "write [[retention.rules]]"),
    ],
)
def test_a_mistake_is_told_with_its_cure(tmp_path: Path, text: str, cure: str) -> None:
    with pytest.raises(SettingsError) as caught:
        rules(tmp_path, text)
    assert cure in str(caught.value)
    assert "penstock.toml" in str(caught.value)
