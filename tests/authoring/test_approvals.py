"""Approvals in a definition: plain data that comes back the same."""

from __future__ import annotations

from penstock import Param, Pipeline
from penstock.model.spec import ApprovalSpec, ParamSpec, Source, from_json, to_json


def test_an_approval_is_a_task_that_others_read() -> None:
    p = Pipeline("p")

    @p.task
    def bill() -> int:
        return 1

    name = p.approval(
        "ok",
        message="Pay it?",
        after=[bill],
        params={"amount": Param("int", 5, min=0), "note": ""},
        timeout="2d",
        on_timeout="approved",
        default={"amount": 7},
    )

    @p.task(after=[name])
    def pay(bill: int, ok: dict[str, int]) -> int:
        return bill * ok["amount"]

    spec = p.spec()
    asked = spec.tasks["ok"]
    form = {"amount": ParamSpec("amount", "int", 5, min=0), "note": ParamSpec("note", "str", "")}
    assert asked.approval == ApprovalSpec("Pay it?", form, "approved", {"amount": 7})
    assert (asked.kind, asked.outputs, asked.after, asked.timeout) == ("approval", ("ok",), ("bill",), 172_800.0)
    assert spec.tasks["pay"].inputs["ok"] == Source("dataset", "ok")
    assert from_json(to_json(spec)) == spec


def test_its_form_is_a_part_of_the_version() -> None:
    def version(most: int) -> str:
        p = Pipeline("p")
        p.approval("ok", params={"amount": Param("int", 1, max=most)})
        return p.spec().version

    assert version(5) == version(5)
    assert version(5) != version(6)
