"""Results of earlier runs: what takes them, and that nothing else changes by it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.engine.request import RunRequest
from penstock.engine.reuse import Found, result_key
from penstock.engine.view import RunView
from penstock.model.spec import ParamSpec, PipelineSpec, Source, TaskSpec
from penstock.ports.executor import Assignment
from penstock.store.database import Database
from penstock.store.results import find_results
from penstock.store.rows import NewArtifact
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import restored
from tests.engine.world import World, inline, pipeline, reasons, run_of, states, task


class Shelf:
    """Results as the store would have them, from what a world has committed; its answers wait where a test holds it."""

    def __init__(self) -> None:
        self.worlds: list[World] = []
        self.asked: list[list[str]] = []
        self.held: list[Any] = []
        self.hold = False

    def seek(self, keys: list[str], root: str, answer: Any) -> None:
        self.asked.append(keys)
        if self.hold:
            self.held.append(lambda: answer(self.found(keys)))
        else:
            answer(self.found(keys))

    def found(self, keys: list[str]) -> dict[str, Found]:
        commits = [commit for world in self.worlds for commit in world.writer.commits]
        known = {row.key: row for commit in commits for row in commit.results}
        rows: list[NewArtifact] = [row for commit in commits for row in commit.artifacts]
        return {
            key: Found(
                one.run_key,
                one.made_at / 1e6,
                [row for row in rows if (row.run_key, row.seq) == (one.run_key, one.seq)],
            )
            for key, one in known.items()
            if key in keys
        }

    def world(self, **more: Any) -> World:
        self.worlds.append(World(seek=self.seek, **more))
        if len(self.worlds) > 1:
            self.worlds[-1].now = self.worlds[-2].now + 1
        return self.worlds[-1]


def cached(name: str, *reads: str, **more: Any) -> TaskSpec:
    return task(name, *reads, cache="inputs", **more)


def ran(world: World) -> list[str]:
    return [
        one.task if one.map_index is None else f"{one.task}[{one.map_index}]"
        for one in world.executor.seen
        if one.mode == "run"
    ]


def again(shelf: Shelf, spec: PipelineSpec, type: str = "standard", **more: Any) -> tuple[World, RunView]:
    """A run of its own world, to its end."""
    world = shelf.world()
    view = world.submit(spec, RunRequest(type=type, **more.pop("request", {})), **more)
    world.end_all()
    return world, view


def test_a_task_with_the_same_code_params_and_inputs_is_over_without_an_attempt() -> None:
    shelf, spec = Shelf(), pipeline(cached("a"), cached("b", "a"), task("c", "b"))
    again(shelf, spec)
    world, view = again(shelf, spec)
    assert ran(world) == ["c"]
    assert view.state == "succeeded"
    assert reasons(view) == {"a": "cached", "b": "cached", "c": None}
    assert run_of(view, "a").attempts == 0
    assert view.values["a"] == inline(1)
    # It stands in the record as its own, made by no attempt, and is found there when the first run is deleted.
    rows = [row for commit in world.writer.commits for row in commit.artifacts if row.dataset == "a"]
    assert [(row.run_key, row.n) for row in rows] == [(view.key, 0)]
    assert {row.run_key for commit in world.writer.commits for row in commit.results} == {view.key}


def test_a_run_without_caches_asks_for_nothing_and_keeps_nothing() -> None:
    shelf, spec = Shelf(), pipeline(task("a"), task("b", "a"))
    world, _ = again(shelf, spec)
    again(shelf, spec)
    assert shelf.asked == []
    assert not any(commit.results for commit in world.writer.commits)


@pytest.mark.parametrize(
    ("type", "more", "runs"),
    [
        ("incremental", {}, ["never"]),
        ("incremental", {"refresh": True}, ["a", "b", "c", "never"]),
        ("standard", {"refresh": True}, ["a", "b", "c", "never"]),
        ("standard", {}, ["b", "c", "never"]),
        ("replay", {}, ["a", "b", "c", "never"]),
        ("test", {}, ["a", "b", "c", "never"]),
        ("debug", {}, ["a", "b", "c", "never"]),
    ],
)
def test_the_type_of_a_run_says_what_it_takes(type: str, more: dict[str, Any], runs: list[str]) -> None:
    shelf = Shelf()
    spec = pipeline(cached("a"), task("b", "a"), task("c", "b"), task("never", cache="never"))
    again(shelf, spec, "incremental")
    world, _ = again(shelf, spec, type, request=more)
    assert sorted(ran(world)) == runs


@pytest.mark.parametrize("type", ["test", "debug"])
def test_results_of_these_types_are_not_taken_by_later_runs(type: str) -> None:
    shelf, spec = Shelf(), pipeline(cached("a"))
    again(shelf, spec, type)
    assert ran(again(shelf, spec)[0]) == ["a"]


def test_only_items_that_are_new_or_changed_run() -> None:
    shelf = Shelf()
    source = {"x": Source("item", "xs", over="param")}
    spec = pipeline(cached("each", inputs=source, foreach=("x",)), params={"xs": ParamSpec("xs", "list")})
    again(shelf, spec, params={"xs": [1, 2, 3]})
    world, view = again(shelf, spec, params={"xs": [0, 2, 3, 4]})
    assert ran(world) == ["each[0]", "each[3]"]
    assert (view.state, view.tasks_done, view.tasks_total) == ("succeeded", 4, 4)
    assert view.values["each"] == {"list": [inline(1)] * 4}


def test_items_of_a_table_are_told_apart_by_what_they_are() -> None:
    shelf = Shelf()
    spec = pipeline(task("rows"), cached("each", inputs={"x": Source("item", "rows", over="dataset")}, foreach=("x",)))

    def run(*digests: str) -> World:
        world = shelf.world()
        world.submit(spec)
        world.end("rows", value={"rows": digests})
        items = [(name, {"x": {"item": inline(digests), "at": at, "digest": name}}) for at, name in enumerate(digests)]
        world.end("each", "expanded", items=items)
        world.end_all()
        return world

    assert ran(run("one", "two")) == ["rows", "each[0]", "each[1]"]
    assert ran(run("new", "one", "two")) == ["rows", "each[0]"]


def test_a_result_is_taken_until_it_is_too_old() -> None:
    shelf, spec = Shelf(), pipeline(cached("a", cache_ttl=100))
    again(shelf, spec)
    made = shelf.worlds[-1].now
    for later, runs in ((90, []), (99, []), (102, ["a"])):
        world = shelf.world()
        world.now = made + later
        world.submit(spec)
        world.end_all()
        # One that is taken is not younger for it.
        assert ran(world) == runs


def test_a_result_that_lacks_an_output_is_none() -> None:
    shelf, spec = Shelf(), pipeline(cached("a"))
    again(shelf, spec)
    shelf.worlds[0].writer.commits = [replace(commit, artifacts=[]) for commit in shelf.worlds[0].writer.commits]
    assert ran(again(shelf, spec)[0]) == ["a"]


def test_a_run_that_is_cancelled_while_results_are_looked_for_takes_none() -> None:
    shelf, spec = Shelf(), pipeline(cached("a"))
    again(shelf, spec)
    shelf.hold = True
    world = shelf.world()
    view = world.submit(spec)
    assert (states(view), world.names()) == ({"a": "created"}, [])
    view.handle.cancel()
    world.turn()
    for answer in shelf.held:
        answer()
    world.turn()
    assert (view.state, states(view)) == ("cancelled", {"a": "cancelled"})


def test_what_a_condition_reads_is_a_part_of_the_key() -> None:
    shelf, when = Shelf(), {"go": Source("param", "go"), "a": Source("dataset", "a")}
    spec = pipeline(task("a"), cached("b", when=when, after=("a",)), params={"go": ParamSpec("go", "int")})
    assert ran(again(shelf, spec, params={"go": 1})[0]) == ["a", "b"]
    assert ran(again(shelf, spec, params={"go": 1})[0]) == ["a"]
    assert ran(again(shelf, spec, params={"go": 2})[0]) == ["a", "b"]


def test_a_dataset_of_the_project_of_which_nothing_is_known_makes_no_key() -> None:
    world = World()
    spec = pipeline(cached("a"))
    view = world.submit(spec)
    run = run_of(view, "a")
    assert result_key(view, run) is not None
    kept = ["dataset", json.dumps({"path": "data/raw.csv"}), None, 3, None, None, None, "str", True]
    stamped = ["dataset", json.dumps({"path": "data/raw.csv", "stamp": "1:2"}), *kept[2:]]
    run.task.reads = [("x", "x")]
    for ref, known in ((kept, False), (stamped, True), ({"list": [stamped, kept]}, False)):
        view.values["x"] = ref
        assert (result_key(view, run) is not None) is known


def test_an_engine_that_takes_over_asks_again_and_takes_what_is_there(database: Database) -> None:
    def seek(keys: list[str], root: str, answer: Any) -> None:
        with database.read() as connection:
            stored = find_results(connection, keys)
        answer({key: Found(one.run_key, one.made_at / 1e6, one.artifacts) for key, one in stored.items()})

    items = {"x": Source("item", "xs", over="param")}
    spec = pipeline(
        task("a"), task("each", "a", inputs=items, foreach=("x",)), task("b", "each"),
        params={"xs": ParamSpec("xs", "list")},
    )  # fmt: skip
    request, params = RunRequest(type="incremental"), {"xs": [1, 2, 3]}
    first = World(writer=DirectWriter(database), seek=seek)
    first.submit(spec, request, params=params)
    first.end_all()
    # However far it had come: to the first task, or to the items.
    for far in range(2):
        answers = iter([seek] * far)
        world = World(
            writer=DirectWriter(database), seek=lambda *asked, left=answers: next(left, lambda *_: None)(*asked)
        )
        world.now = first.now + far + 1
        world._runs = far + 1
        view = world.submit(spec, request, params=params)
        assert view.state == "running"
        assert {run.state for run in view.task_runs} >= {"created"}
        after = World(writer=DirectWriter(database), seek=seek)
        after.now = world.now + 1
        taken = restored(database, view)
        handle = after.engine.take_over(taken)
        after.turn(20)
        assert handle.wait(0)
        assert (taken.view.state, ran(after)) == ("succeeded", [])
        assert set(reasons(taken.view).values()) == {"cached", None}


# --- any graph, any changes ---------------------------------------------------------------------------------

NAMES = [f"t{n}" for n in range(7)]


# Made once: to make a strategy costs more than to draw from it.
_SIZES = st.integers(1, len(NAMES))
_BEFORE = [st.lists(st.sampled_from(NAMES[:place] or NAMES), unique=True, max_size=3) for place in range(len(NAMES))]
_PARAMS = st.lists(st.sampled_from(["p", "q"]), unique=True)
_KINDS = st.sampled_from(["python", "constant"])
_CACHES = st.sampled_from([None, "inputs", "never"])


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, TaskSpec]:
    """Tasks that read some of those before them and some of two params; some make the same whatever they read."""
    made: dict[str, TaskSpec] = {}
    for place, name in enumerate(NAMES[: draw(_SIZES)]):
        reads = draw(_BEFORE[place]) if place else []
        inputs = {param: Source("param", param) for param in draw(_PARAMS)}
        made[name] = task(name, *reads, inputs=inputs, kind=draw(_KINDS), cache=draw(_CACHES))
    return made


CHANGES = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["standard", "incremental", "incremental", "replay"]),
            "params": st.fixed_dictionaries({"p": st.integers(0, 1), "q": st.integers(0, 1)}),
            "code": st.dictionaries(st.sampled_from(NAMES), st.integers(0, 1), max_size=2),
        }
    ),
    min_size=2,
    max_size=5,
)


@given(graphs(), CHANGES)
def test_exactly_what_changed_runs_and_all_values_are_those_of_a_run_without_a_cache(
    tasks: dict[str, TaskSpec], runs: list[dict[str, Any]]
) -> None:
    shelf, kept = Shelf(), set[str]()
    for number, run in enumerate(runs):
        digests = {name: f"code{run['code'].get(name, 0)}" for name in tasks}
        spec = pipeline(
            *(replace(one, digest=digests[name]) for name, one in tasks.items()),
            params={name: ParamSpec(name, "int") for name in ("p", "q")},
        )
        # A model that knows values instead of keys.
        values: dict[str, Any] = {}
        expected: set[str] = set()
        asks = {"standard": {"inputs"}, "incremental": {"inputs", None}, "replay": set[str]()}[run["type"]]
        keeps = asks or {"inputs"}
        for name, one in tasks.items():
            read = {source: run["params"][source] for source, at in one.inputs.items() if at.kind == "param"}
            read |= {source: values[source] for source, at in one.inputs.items() if at.kind == "dataset"}
            values[name] = value_of(one, digests[name], read)
            content = json.dumps([name, digests[name], read], sort_keys=True)
            if one.cache not in asks or content not in kept:
                expected.add(name)
            if one.cache in keeps:
                kept.add(content)

        world = shelf.world()
        view = world.submit(spec, RunRequest(type=run["type"]), params=run["params"])
        made: dict[str, str] = {}
        while not view.handle.wait(0):
            for key, assignment in list(world.executor.waiting.items()):
                del world.executor.waiting[key]
                made[assignment.task] = made_by(spec, assignment, run["params"], made)
                world.report(assignment, value=made[assignment.task])
            world.turn()
        assert view.state == "succeeded"
        assert set(ran(world)) == expected, number
        assert {name: view.values[name] for name in tasks} == {name: inline(value) for name, value in values.items()}


def value_of(one: TaskSpec, digest: str, read: dict[str, Any]) -> str:
    return "same" if one.kind == "constant" else str(hash((one.name, digest, json.dumps(read, sort_keys=True))))


def made_by(spec: PipelineSpec, assignment: Assignment, params: dict[str, Any], made: dict[str, str]) -> str:
    one = spec.tasks[assignment.task]
    read = {source: params[source] for source, at in one.inputs.items() if at.kind == "param"}
    for name, ref in assignment.inputs.items():
        # One that follows another in the same worker gets what that has made.
        read[name] = made[name] if isinstance(ref, dict) else json.loads(ref[1])
    return value_of(one, one.digest, read)
