"""`penstock pipelines show`, word for word."""

from __future__ import annotations

from textwrap import dedent

from penstock.cli.render.definition import definition, graph_levels
from penstock.cli.render.pipelines import listed, valid
from penstock.cli.render.spans import plain, width_of
from penstock.cli.render.states import Paint
from penstock.model.spec import ParamSpec, PipelineSpec, Resources, RetrySpec, Source, TaskSpec

PLAIN = Paint(colour=False, unicode=True)


def _task(name: str, *reads: str, **facts: object) -> TaskSpec:
    inputs = {one: Source("dataset", one) for one in reads}
    return TaskSpec(name, inputs=inputs, **{"outputs": (name,), **facts})  # type: ignore[arg-type]


def _spec(*tasks: TaskSpec, **facts: object) -> PipelineSpec:
    return PipelineSpec("flights", "examples", tasks={task.name: task for task in tasks}, **facts)  # type: ignore[arg-type]


SPEC = _spec(
    _task("tidy", role="finally", outputs=()),
    _task("raw", description="Read the year.", retry=RetrySpec(3), resources=Resources(pool="db")),
    _task("split", "raw", outputs=("train", "test"), timeout=120.0),
    TaskSpec("each", inputs={"item": Source("item", "raw", over="dataset")}, outputs=("each",), concurrency=2),
    _task("model", "train", after=("each",), when={}),
    description="Delays of a year.",
    params={
        "year": ParamSpec("year", "int", 2013, min=2000, max=2020, description="Which year."),
        "mode": ParamSpec("mode", "str", "fast", choices=("fast", "slow")),
        "key": ParamSpec("key", "str", required=True, pattern="[a-z]+"),
    },
    timeout=600.0,
    tags=("example",),
    labels={"owner": "me"},
)


def test_a_definition_on_a_page() -> None:
    shown = plain(definition(SPEC, PLAIN, 120)).replace(SPEC.version, "VERSION")
    assert shown == dedent(
        """\
        examples/flights  version VERSION  5 tasks
        Delays of a year.
        timeout  at most 10 min, then failed
        tags  example
        labels  owner=me

        param  type  default   allowed     description
        year   int   2013      2000…2020   Which year.
        mode   str   fast      fast, slow
        key    str   required  [a-z]+

        task       reads              makes        policy               description
        raw                                        3 attempts, pool db  Read the year.
          split    raw                train, test  at most 2 min
          each     each of raw                     2 at a time
            model  train, after each               when
        tidy                                       finally"""
    )


def test_a_chain_stays_on_the_screen() -> None:
    tasks = [_task(f"t{at}", *([f"t{at - 1}"] if at else [])) for at in range(100)]
    lines = definition(_spec(*tasks), PLAIN, 80)
    assert all(width_of(line) <= 80 for line in lines)
    assert graph_levels(_spec(*tasks))["t99"] == 99


def test_levels_follow_the_longest_way() -> None:
    spec = _spec(_task("a"), _task("b", "a"), _task("c", "a", "b"), _task("d", "a"))
    assert graph_levels(spec) == {"a": 0, "b": 1, "d": 1, "c": 2}


def test_lists_tell_what_is_broken() -> None:
    items = [{"name": "flights", "namespace": "examples", "file": "a.py", "tasks": 5, "description": ""}]
    broken = [{"file": "b.py", "line": 3, "message": "importing it raised E", "cure": "install it"}]
    assert plain(listed(items, broken, PLAIN, 80)).split("\n") == [
        "pipeline  namespace  file  tasks",
        "flights   examples   a.py      5",
        "",
        "✗ b.py:3 importing it raised E",
        "  hint: install it",
    ]
    assert plain(listed([], broken, PLAIN, 80)).startswith("✗ b.py:3")
    assert plain([valid(SPEC, PLAIN)]) == f"✓ examples/flights: 5 tasks, version {SPEC.version}"
