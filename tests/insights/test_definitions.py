"""What changed between two versions."""

from __future__ import annotations

from dataclasses import replace

from penstock.insights.definitions import changes
from penstock.model.spec import CodeRef, ParamSpec, PipelineSpec, RetrySpec, TaskSpec, to_json

CODE = CodeRef("/a", "flights.py", "flights", "flights", digest="sha256:1")
CLEAN = TaskSpec("clean", file="flights.py", line=3, source="def clean(raw):\n    return raw\n")
SPEC = PipelineSpec("flights", tasks={"clean": CLEAN}, params={"year": ParamSpec("year", "int", 2013)}, code=CODE)


def found(other: PipelineSpec) -> dict[str, object]:
    return changes(to_json(SPEC), to_json(other))


def test_a_definition_that_moved_is_the_same() -> None:
    moved = replace(CLEAN, file="trips.py", line=30)
    code = replace(CODE, root="/b", file="trips.py", module="trips")
    assert found(replace(SPEC, tasks={"clean": moved}, code=code))["same"]


def test_tasks_come_and_go() -> None:
    told = found(replace(SPEC, tasks={"load": TaskSpec("load")}))
    assert (told["added"], told["removed"], told["changed"], told["same"]) == (["load"], ["clean"], [], False)


def test_a_change_of_source_is_told_by_its_lines() -> None:
    told = found(replace(SPEC, tasks={"clean": replace(CLEAN, source="def clean(raw):\n    return raw.dropna()\n")}))
    assert told["changed"] == [
        {
            "task": "clean",
            "facts": [],
            "source": "@@ -1,2 +1,2 @@\n def clean(raw):\n-    return raw\n+    return raw.dropna()",
        }
    ]


def test_policies_and_params_are_told_with_both_values() -> None:
    tried = replace(CLEAN, retry=RetrySpec(3))
    told = found(replace(SPEC, tasks={"clean": tried}, params={"year": ParamSpec("year", "int", 2014)}, timeout=60.0))
    assert told["changed"] == [
        {"task": "clean", "facts": [{"name": "retry", "first": None, "second": {"attempts": 3}}], "source": None}
    ]
    assert {fact["name"]: fact["second"] for fact in told["facts"]} == {  # type: ignore[attr-defined]
        "timeout": 60.0, "params.year": {"name": "year", "type": "int", "default": 2014},
    }  # fmt: skip


def test_code_that_tasks_call_may_differ_alone() -> None:
    told = found(replace(SPEC, code=replace(CODE, digest="sha256:2")))
    assert (told["same"], told["code_same"], told["changed"]) == (False, False, [])
