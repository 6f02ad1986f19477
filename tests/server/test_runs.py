"""Runs over HTTP: the list in pages, the files of it, one run and what belongs to it."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from penstock.model.spec import PipelineSpec, Source, TaskSpec
from penstock.store.rows import Commit
from penstock.wire.compare import Comparison
from penstock.wire.graphs import Graph, TaskSource
from penstock.wire.runs import EventPage, RunContext, RunDocument, RunMetrics, RunPage
from penstock.wire.waits import WaitList
from tests.server.world import World, problem
from tests.store import made

SHOP = PipelineSpec(
    "shop",
    tasks={
        "raw": TaskSpec("raw", outputs=("raw",), source="def raw(): ...", file="/home/ann/shop/flow.py", line=3),
        "sold": TaskSpec("sold", inputs={"raw": Source("dataset", "raw")}, outputs=("sold",)),
    },
)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def label(world: World, at: float, name: str, value: str) -> None:
    world.write(Commit(labels=[(made.key_at(at), name, value)]))


# --- the list -----------------------------------------------------------------------------------------


def test_pages_follow_each_other_to_the_end(world: World) -> None:
    known = [world.run(at) for at in range(7)][::-1]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = world.program.get("/api/v1/runs", params={"limit": "3", **cursor})
        RunPage.model_validate_json(answer.content, strict=True)
        seen += ids(answer)
        if answer.json()["next_cursor"] is None:
            break
        cursor = {"cursor": answer.json()["next_cursor"]}
    assert seen == known


def test_a_cursor_is_not_made_up(world: World) -> None:
    world.run()
    for cursor in ("x", "../..", "1" * 499, "\u202e"):
        problem(world.program.get("/api/v1/runs", params={"cursor": cursor}), 422, "usage")


def test_filters_narrow_and_exclude(world: World) -> None:
    failed = world.run(1, state="failed", pipeline="shop")
    good = world.run(2, state="succeeded", pipeline="shop")
    other = world.run(3, state="succeeded")
    label(world, 2, "team", "data=1")
    get = world.program.get
    assert ids(get("/api/v1/runs?state=failed&state=succeeded&pipeline=shop")) == [good, failed]
    assert ids(get("/api/v1/runs?pipeline=!shop")) == [other]
    assert ids(get("/api/v1/runs?label=team%3Ddata%3D1")) == [good]
    assert ids(get("/api/v1/runs?label=!team")) == [other, failed]
    assert ids(get("/api/v1/runs?sort=created_at&limit=2")) == [failed, good]


def test_runs_are_counted_up_to_a_limit(world: World) -> None:
    for at in range(5):
        world.run(at, state="failed" if at else "succeeded")
    get = world.program.get
    assert get("/api/v1/runs/count?state=failed").json() == {"count": 4, "exact": True}
    assert get("/api/v1/runs/count?limit=2").json() == {"count": 2, "exact": False}
    problem(get("/api/v1/runs/count?limit=0"), 422)
    problem(get("/api/v1/runs/count?sort=created_at"), 422)


def test_the_list_is_bounded(world: World) -> None:
    problem(world.program.get("/api/v1/runs?limit=501"), 422)
    problem(world.program.get("/api/v1/runs?limit=-1"), 422)


# --- files of it --------------------------------------------------------------------------------------


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


def test_an_export_has_exactly_what_the_filter_shows(world: World) -> None:
    for at in range(6):
        world.run(at, state="failed" if at % 2 else "succeeded")
    shown = ids(world.program.get("/api/v1/runs?state=failed&sort=created_at"))
    answer = world.program.get("/api/v1/runs/export?state=failed&sort=created_at&columns=id&columns=state")
    assert rows(answer) == [["id", "state"], *([identity, "failed"] for identity in shown)]
    assert answer.headers["content-disposition"] == 'attachment; filename="runs.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    listed = world.program.get("/api/v1/runs?state=failed&sort=created_at").json()["items"]
    written = world.program.get("/api/v1/runs/export?format=json&state=failed&sort=created_at")
    assert written.json() == {"items": listed}


def test_an_export_goes_beyond_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.store.runs.MOST", 2)
    known = [world.run(at) for at in range(5)]
    assert [row[0] for row in rows(world.program.get("/api/v1/runs/export?columns=id"))[1:]] == known[::-1]
    assert ids(world.program.get("/api/v1/runs/export?format=json")) == known[::-1]


def test_an_export_of_nothing_is_a_file_of_nothing(world: World) -> None:
    assert len(rows(world.program.get("/api/v1/runs/export"))) == 1
    assert world.program.get("/api/v1/runs/export?format=json").json() == {"items": []}


def test_no_cell_is_a_formula(world: World) -> None:
    bad = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil.example")', 'a,"b"\n=c']
    error = {"task": None, "type": None, "message": "=cmd|' /C calc'!A0"}
    world.run(1, state="failed", pipeline="=1+1", error=json.dumps(error), tags=json.dumps(bad[2:]))
    label(world, 1, "=x", "@y")
    cells = rows(world.program.get("/api/v1/runs/export"))[1]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


def test_an_export_refuses_what_the_list_refuses_and_columns_that_are_none(world: World) -> None:
    problem(world.program.get("/api/v1/runs/export?state=nope"), 422)
    problem(world.program.get("/api/v1/runs/export?format=xml"), 422)
    body = problem(world.program.get("/api/v1/runs/export?columns=pipline"), 422)
    assert "did you mean 'pipeline'?" in body["detail"]


# --- one run ------------------------------------------------------------------------------------------


def test_a_run_is_told_in_full(world: World) -> None:
    version = world.define(SHOP)
    identity = world.run(pipeline="shop", version=version, tasks=2)
    parts: list[tuple[str, type[Any]]] = [
        ("", RunDocument), ("/context", RunContext), ("/events", EventPage), ("/graph", Graph),
        ("/metrics", RunMetrics), ("/source/raw", TaskSource), ("/waits", WaitList),
    ]  # fmt: skip
    for path, body in parts:
        answer = world.program.get(f"/api/v1/runs/{identity}{path}")
        assert answer.status_code == 200, (path, answer.text)
        body.model_validate_json(answer.content, strict=True)
        assert set(answer.json()) == set(body.model_fields), path


def test_two_runs_are_laid_side_by_side(world: World) -> None:
    version = world.define(SHOP)
    older, newer = (world.run(at, pipeline="shop", version=version, tasks=2) for at in (1, 2))
    answer = world.program.get(f"/api/v1/runs/{older}/compare", params={"with": newer})
    assert answer.status_code == 200
    Comparison.model_validate_json(answer.content, strict=True)
    assert (answer.json()["first"]["id"], answer.json()["second"]["id"]) == (older, newer)
    assert world.program.get(f"/api/v1/runs/{newer}/compare").json() == answer.json()
    problem(world.program.get(f"/api/v1/runs/{older}/compare"), 404, "not_found")


def test_no_path_of_this_machine_is_told(world: World) -> None:
    identity = world.run(pipeline="shop", version=world.define(SHOP))
    for path in ("graph", "source/raw"):
        answer = world.program.get(f"/api/v1/runs/{identity}/{path}")
        assert "flow.py" in answer.text
        assert "/home/ann" not in answer.text


def test_a_run_that_did_not_change_is_not_sent_again(world: World) -> None:
    identity = world.run()
    first = world.program.get(f"/api/v1/runs/{identity}")
    tag = first.headers["etag"]
    again = world.program.get(f"/api/v1/runs/{identity}", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    world.program.post(f"/api/v1/runs/{identity}/actions/labels", json={"set": {"a": "b"}})
    changed = world.program.get(f"/api/v1/runs/{identity}", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["labels"]) == (200, {"a": "b"})


def test_the_graph_of_a_version_is_not_sent_again(world: World) -> None:
    version = world.define(SHOP)
    one, other = (world.run(at, pipeline="shop", version=version) for at in (1, 2))
    path = f"/api/v1/runs/{one}/graph"
    first = world.program.get(path)
    tag = first.headers["etag"]
    again = world.program.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    same = world.program.get(f"/api/v1/runs/{other}/graph", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in same.headers
    assert (same.status_code, same.json()) == (200, first.json())
    assert world.program.get("/api/v1/pipelines/shop/graph").json() == first.json()
    changed = world.define(replace(SHOP, description="another"))
    latest = world.program.get("/api/v1/pipelines/shop/graph", headers={"If-None-Match": tag})
    assert (latest.status_code, latest.json()["version"]) == (200, changed)
    assert world.program.get(path).json() == first.json()


def test_a_run_is_found_by_a_part_of_its_id(world: World) -> None:
    identity = world.run()
    for text in (identity[:6], identity[-6:], "latest", identity.upper()):
        assert world.program.get(f"/api/v1/runs/{text}").json()["id"] == identity


def test_what_is_not_there_is_not_found(world: World) -> None:
    identity = world.run(pipeline="shop", version=world.define(SHOP))
    gone = "0000000000001"
    for path in (gone, f"{gone}/context", f"{gone}/events", f"{gone}/graph", f"{gone}/metrics", f"{identity}/source/x"):
        problem(world.program.get(f"/api/v1/runs/{path}"), 404, "not_found")
    body = problem(world.program.get(f"/api/v1/runs/{identity}/source/rew"), 404)
    assert body["cure"] == "did you mean 'raw'?"


def test_the_history_comes_in_pages(world: World) -> None:
    identity = world.run()
    for number in range(5):
        world.program.post(f"/api/v1/runs/{identity}/actions/labels", json={"set": {"n": str(number)}})
    kinds: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = world.program.get(f"/api/v1/runs/{identity}/events", params={"limit": "2", **cursor}).json()
        kinds += [event["kind"] for event in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert kinds == ["run.running"] + ["run.labels"] * 5
    problem(world.program.get(f"/api/v1/runs/{identity}/events?cursor=x"), 422)


def test_a_figure_that_is_no_number_is_null(world: World) -> None:
    from penstock.server.answers import json_answer

    assert bytes(json_answer({"x": float("nan"), "y": float("inf")}).body) == b'{"x":null,"y":null}'


def test_names_are_text_whatever_they_hold(world: World) -> None:
    strange = "<script>alert(1)</script> \u202ext\u202c 🚰"
    identity = world.run()
    body = {"set": {"n": strange}}
    answer = world.program.post(f"/api/v1/runs/{identity}/actions/labels", json=body)
    assert answer.json()["labels"] == {"n": strange}
    found = world.program.get("/api/v1/runs", params={"label": f"n={strange}"})
    assert ids(found) == [identity]
    assert found.headers["content-type"] == "application/json"
