"""A retry in place: what runs again, and what keeps its outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.engine.reopen import reopen
from penstock.engine.view import RunView
from penstock.errors import NotFound, TransitionError
from penstock.model.spec import PipelineSpec, Source
from penstock.store.database import Database
from penstock.store.documents import run_document
from penstock.store.outputs import references
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import restored, retry
from tests.engine.world import World, pipeline, states, task

EACH = task("each", inputs={"x": Source("item", "items", over="param")}, foreach=("x",))


def begun(database: Database, spec: PipelineSpec, **more: Any) -> tuple[World, RunView]:
    world = World(workers=4, writer=DirectWriter(database))
    return world, world.submit(spec, **more)


def document(database: Database, view: RunView) -> dict[str, Any]:
    with database.read() as connection:
        return run_document(connection, view.key)


def test_what_failed_and_what_waited_for_it_runs_again_and_nothing_else(database: Database) -> None:
    spec = pipeline(task("a"), task("b", "a"), task("c", "b"), task("d", "a"))
    world, view = begun(database, spec)
    world.end("a", value="old")
    world.end("b", "failed")
    world.end_all()
    assert states(view) == {"a": "succeeded", "b": "failed", "c": "upstream_failed", "d": "succeeded"}
    after, again = retry(world, view, database)
    assert after.names() == ["b"]
    after.end_all(value="new")
    assert again.state == "succeeded"
    told = document(database, again)
    assert (told["generation"], told["error"], told["tasks_done"]) == (2, None, 4)
    assert {one["name"]: one["generation"] for one in told["tasks"]} == {"a": 1, "b": 2, "c": 2, "d": 1}
    b = next(one for one in told["tasks"] if one["name"] == "b")
    assert [(one["generation"], one["n"], one["state"]) for one in b["attempts"]] == [
        (1, 1, "failed"), (2, 1, "succeeded"),
    ]  # fmt: skip
    (assignment,) = [one for one in after.executor.seen if one.task == "b"]
    assert assignment.inputs["a"][1] == '"old"', "it reads what was kept"


def test_handlers_and_clean_up_run_again(database: Database) -> None:
    spec = pipeline(task("a"), task("alarm", role="on_failure"), task("tidy", role="finally"))
    world, view = begun(database, spec)
    world.end("a", "failed")
    world.end_all()
    assert states(view)["alarm"] == "succeeded"
    after, again = retry(world, view, database)
    after.end("a", "failed")
    assert after.names() == ["alarm"]
    after.end_all()
    assert states(again) == {"a": "failed", "alarm": "succeeded", "tidy": "succeeded"}
    last, third = retry(after, again, database)
    last.end("a")
    last.end_all()
    assert (third.state, third.generation) == ("succeeded", 3)
    assert states(third) == {"a": "succeeded", "alarm": "skipped", "tidy": "succeeded"}


def test_items_that_ended_well_stay(database: Database) -> None:
    world, view = begun(database, pipeline(EACH, task("all", "each")), params={"items": [1, 2, 3]})
    world.end("each[0]", value="zero")
    world.end("each[1]", "failed")
    world.end("each[2]", value="two")
    assert states(view) == {"each": "failed", "all": "upstream_failed"}
    after, again = retry(world, view, database)
    assert after.names() == ["each[1]"]
    after.end("each[1]", value="one")
    (assignment,) = after.executor.waiting.values()
    assert [ref[1] for ref in assignment.inputs["each"]["list"]] == ['"zero"', '"one"', '"two"']
    after.end_all()
    assert (again.state, again.tasks_done, again.tasks_total) == ("succeeded", 4, 4)
    shown = {(one["name"], one["map_index"]): one["generation"] for one in document(database, again)["tasks"]}
    assert shown == {("each", 0): 1, ("each", 1): 2, ("each", 2): 1, ("all", None): 2}
    with database.read() as connection:
        made = references(connection, again.key)
    assert [ref[1] for ref in made["each"]["list"]] == ['"zero"', '"one"', '"two"']


def test_a_fan_out_over_fewer_items_leaves_no_old_ones(database: Database) -> None:
    each = task("each", inputs={"x": Source("item", "a", over="dataset")}, foreach=("x",))
    world, view = begun(database, pipeline(task("a"), each, task("b")))
    world.end("a", value=[1, 2, 3])
    world.end("b", "failed")
    world.end_all()
    after, again = retry(world, view, database, "a")
    assert {one["name"] for one in document(database, again)["tasks"]} == {"a", "each", "b"}
    after.end("a", value=[1, 2])
    after.end_all()
    shown = [(one["name"], one["map_index"]) for one in document(database, again)["tasks"] if one["name"] == "each"]
    assert shown == [("each", 0), ("each", 1)]
    with database.read() as connection:
        assert len(references(connection, again.key)["each"]["list"]) == 2
    assert again.state == "failed", "what was not retried counts as it ended"
    assert states(again) == {"a": "succeeded", "each": "succeeded", "b": "failed"}


def test_items_that_come_from_an_edited_param_are_new(database: Database) -> None:
    world, view = begun(database, pipeline(EACH), params={"items": [1, 2, 3]})
    world.end("each[0]")
    world.end("each[1]", "failed")
    world.end("each[2]")
    again = restored(database, view).view
    again.params, again.edited = {"items": [7, 8]}, True
    reopen(again, None, world.now)
    after = World(workers=4, writer=DirectWriter(database))
    after.engine.submit(again)
    after.turn()
    assert after.names() == ["each[0]", "each[1]"]
    after.end_all()
    told = document(database, again)
    assert (told["state"], told["params"], told["tasks_total"]) == ("succeeded", {"items": [7, 8]}, 2)
    assert [(one["map_index"], one["label"]) for one in told["tasks"]] == [(0, "7"), (1, "8")]


def test_cancelled_before_its_items_run_again(database: Database) -> None:
    world, view = begun(database, pipeline(EACH), params={"items": [1, 2]})
    world.end("each[0]")
    world.end("each[1]", "failed")
    again = restored(database, view).view
    reopen(again, None, world.now)
    after = World(workers=1, writer=DirectWriter(database))
    again.asked = "user"
    after.engine.submit(again)
    after.turn()
    assert again.handle.wait(0)
    assert (again.state, states(again)) == ("cancelled", {"each": "cancelled"})


def test_of_a_run_with_warnings_what_failed_runs_again_and_who_read_it(database: Database) -> None:
    spec = pipeline(
        task("a", allow_failure=True), task("b", "a"), task("c", after=("a",)), task("d", "b"), task("e")
    )  # fmt: skip
    world, view = begun(database, spec)
    world.end("a", "failed")
    world.end_all()
    assert view.state == "warning"
    after, again = retry(world, view, database)
    after.end_all()
    assert again.state == "succeeded"
    assert sorted(one.task for one in after.executor.seen) == ["a", "b", "d"]


def test_from_a_task_it_and_all_downstream_run_again(database: Database) -> None:
    spec = pipeline(task("a"), task("b", "a"), task("c", "b"), task("d", "a"))
    world, view = begun(database, spec)
    world.end_all()
    after, again = retry(world, view, database, "b", by="ann")
    after.end_all()
    assert [one.task for one in after.executor.seen] == ["b", "c"]
    assert (again.state, again.generation) == ("succeeded", 2)
    with database.read() as connection:
        told = [
            json.loads(row[0])
            for row in connection.all("SELECT data FROM event WHERE kind = 'run.running' AND data IS NOT NULL")
        ]
    assert told == [{"generation": 2, "from": "b", "by": "ann"}]


def test_a_sibling_that_had_finished_stays_finished(database: Database) -> None:
    world, view = begun(database, pipeline(task("a"), task("b", "a"), task("c", "a"), task("d", "c")))
    world.end("a")
    world.end("b")
    view.handle.cancel()
    world.turn()
    world.end_all("cancelled")
    assert states(view) == {"a": "succeeded", "b": "succeeded", "c": "cancelled", "d": "cancelled"}
    after, again = retry(world, view, database, "c")
    after.end_all()
    assert (again.state, set(states(again).values())) == ("succeeded", {"succeeded"})


def test_it_is_refused_where_an_ancestor_has_made_nothing(database: Database) -> None:
    world, view = begun(database, pipeline(task("a"), task("b", "a"), task("c", "b"), task("d", "c")))
    world.end("a", "failed")
    again = restored(database, view).view
    with pytest.raises(TransitionError, match="its ancestor 'a' has no usable output, it is failed"):
        reopen(again, "c", world.now)
    with pytest.raises(NotFound, match="no task 'e' to retry from"):
        reopen(again, "e", world.now)


def test_what_went_well_is_not_retried_whole(database: Database) -> None:
    world, view = begun(database, pipeline(task("a")))
    world.end_all()
    with pytest.raises(TransitionError, match="nothing of it failed"):
        reopen(restored(database, view).view, None, world.now)


def test_what_still_runs_is_not_retried(database: Database) -> None:
    world, view = begun(database, pipeline(task("a")))
    for start in (None, "a"):
        with pytest.raises(TransitionError, match="the run is running"):
            reopen(restored(database, view).view, start, world.now)
    world.end_all()


def test_what_could_not_be_read_because_its_file_is_damaged_is_made_again(database: Database) -> None:
    spec = pipeline(task("a"), task("b", "a"), task("c", "b"), task("d", "b"), task("other"))
    world, view = begun(database, spec)
    world.end("a")
    world.end("other")
    world.end("b")
    world.end("c", "failed", "artifact_corrupt")
    world.end_all()
    after, again = retry(world, view, database)
    assert after.names() == ["b"]
    after.end_all()
    assert again.state == "succeeded"
    assert {run.task.name: run.generation for run in again.by_place} == {"a": 1, "b": 2, "c": 2, "d": 2, "other": 1}
