"""Graph algebra against brute force on random graphs."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.errors import NotFound
from penstock.model import graph
from penstock.model.spec import DatasetSpec, PipelineSpec, Source, TaskSpec

NAMES = [f"t{number}" for number in range(9)]


# Made once: to make a strategy costs more than to draw from it.
_SIZES = st.integers(0, len(NAMES))
_ORDERS = [st.permutations(range(size)) for size in range(len(NAMES) + 1)]
_PLACES = [st.lists(st.integers(0, last), max_size=4) for last in range(len(NAMES))]


@st.composite
def graphs(draw: st.DrawFn, *, acyclic: bool) -> dict[str, list[str]]:
    """Each name with what comes before it, in any order."""
    size = draw(_SIZES)
    names = [NAMES[number] for number in draw(_ORDERS[size])]
    known: dict[str, list[str]] = {}
    for rank, name in enumerate(names):
        before = rank if acyclic else size
        known[name] = [names[place] for place in draw(_PLACES[before - 1])] if before else []
    return {names[place]: known[names[place]] for place in draw(_ORDERS[size])}


def reachable(known: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Warshall's closure: all (name, something before it)."""
    pairs = {(name, before) for name, all_before in known.items() for before in all_before}
    for middle in known:
        pairs |= {(a, d) for a, b in pairs if b == middle for c, d in pairs if c == middle}
    return pairs


@given(graphs(acyclic=True))
def test_order_has_every_name_once_and_after_what_it_needs(known: dict[str, list[str]]) -> None:
    made = graph.order(known)
    assert sorted(made) == sorted(known)
    rank = {name: at for at, name in enumerate(made)}
    assert all(rank[before] < rank[name] for name, all_before in known.items() for before in all_before)


def test_order_keeps_ties_as_given() -> None:
    assert graph.order({"c": [], "a": [], "b": [], "z": ["a"]}) == ["c", "a", "b", "z"]


@given(graphs(acyclic=False))
def test_a_cycle_is_found_exactly_when_there_is_one(known: dict[str, list[str]]) -> None:
    looped = any(name == before for name, before in reachable(known))
    cycle = graph.find_cycle(known)
    assert (cycle is not None) == looped
    if cycle is None:
        graph.order(known)
        return
    assert cycle[0] == cycle[-1]
    assert len(set(cycle)) == len(cycle) - 1 >= 1
    assert all(before in known[after] for before, after in pairwise(cycle))
    with pytest.raises(ValueError, match="cycle"):
        graph.order(known)


def test_a_cycle_is_told_in_the_direction_of_flow() -> None:
    assert graph.find_cycle({"a": ["c"], "b": ["a"], "c": ["b"]}) in (
        ["a", "b", "c", "a"], ["b", "c", "a", "b"], ["c", "a", "b", "c"],
    )  # fmt: skip


@given(graphs(acyclic=True), st.data())
def test_closures_are_those_of_brute_force(known: dict[str, list[str]], data: st.DataObject) -> None:
    starts = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set()
    pairs = reachable(known)
    assert graph.upstream(known, starts) == starts | {before for name, before in pairs if name in starts}
    assert graph.downstream(known, starts) == starts | {name for name, before in pairs if before in starts}


def spec_of(known: dict[str, list[str]], tags: dict[str, tuple[str, ...]] | None = None) -> PipelineSpec:
    """Every edge is one of data."""
    tasks = {
        name: TaskSpec(
            name,
            outputs=(f"{name}.out",),
            inputs={f"from_{before}": Source("dataset", f"{before}.out") for before in all_before},
            tags=(tags or {}).get(name, ()),
        )
        for name, all_before in known.items()
    }
    return PipelineSpec("some", tasks=tasks)


@given(graphs(acyclic=True), st.data())
def test_a_slice_is_what_is_in_all_of_its_parts(known: dict[str, list[str]], data: st.DataObject) -> None:
    some = st.lists(st.sampled_from(sorted(known)), max_size=3) if known else st.just([])
    from_, to, only = data.draw(some), data.draw(some), data.draw(some)
    pairs = reachable(known)
    expected = {
        name
        for name in known
        if (not from_ or name in from_ or any((name, one) in pairs for one in from_))
        and (not to or name in to or any((one, name) in pairs for one in to))
        and (not only or name in only)
    }
    assert graph.select(spec_of(known), from_=from_, to=to, only=only) == expected


@given(graphs(acyclic=True), st.data())
def test_a_slice_needs_what_it_reads_from_outside(known: dict[str, list[str]], data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(known)))) if known else set()
    expected = {f"{before}.out" for name in chosen for before in known[name] if before not in chosen}
    assert graph.needs(spec_of(known), chosen) == expected


def test_what_the_project_keeps_and_nobody_makes_is_waited_for_by_none() -> None:
    read = {"raw": Source("dataset", "orders.csv"), "rate": Source("dataset", "rates")}
    tasks = {"rates": TaskSpec("rates", outputs=("rates",)), "clean": TaskSpec("clean", inputs=read)}
    spec = PipelineSpec("some", tasks=tasks, datasets={"orders.csv": DatasetSpec("orders.csv")})
    assert graph.edges(spec) == {"rates": [], "clean": ["rates"]}
    assert graph.needs(spec, {"clean"}) == {"rates"}
    kept = PipelineSpec("some", tasks=tasks, datasets={name: DatasetSpec(name) for name in ("orders.csv", "rates")})
    assert graph.edges(kept) == graph.edges(spec)
    assert graph.needs(kept, {"clean"}) == set()


def test_tags_choose_tasks_that_have_one_of_them() -> None:
    spec = spec_of({"a": [], "b": [], "c": []}, {"a": ("x",), "b": ("x", "y"), "c": ("z",)})
    assert graph.select(spec, tags=["x", "z"]) == {"a", "b", "c"}
    assert graph.select(spec, tags=["y"]) == {"b"}


def test_unknown_names_and_tags_are_told_with_the_nearest() -> None:
    spec = spec_of({"clean": [], "load": []}, {"clean": ("nightly",)})
    for part in ("from_", "to", "only"):
        with pytest.raises(NotFound, match="did you mean 'clean'"):
            graph.select(spec, **{part: ["claen"]})
    with pytest.raises(NotFound, match="did you mean 'nightly'"):
        graph.select(spec, tags=["nihgtly"])


def test_edges_come_from_data_items_conditions_and_after_each_once() -> None:
    tasks = [
        TaskSpec("a", outputs=("x", "y")),
        TaskSpec("b", outputs=("z",)),
        TaskSpec("c"),
        TaskSpec(
            "d",
            inputs={"x": Source("dataset", "x"), "one": Source("item", "y", over="dataset"), "p": Source("param", "x")},
            when={"z": Source("dataset", "z"), "other": Source("item", "n", over="param")},
            after=("c", "a"),
        ),
    ]
    assert graph.edges(PipelineSpec("some", tasks={one.name: one for one in tasks})) == {
        "a": [], "b": [], "c": [], "d": ["a", "b", "c"],
    }  # fmt: skip


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    chain = {"t0": ["t9999"], **{f"t{at}": [f"t{at - 1}"] for at in range(1, 10_000)}}
    cycle = graph.find_cycle(chain)
    assert cycle is not None
    assert len(cycle) == 10_001
