"""What is written becomes wires: names, explicit inputs, order, conditions, fan-out, handlers."""

from __future__ import annotations

import json
import pickle
import textwrap
from datetime import date, timedelta
from typing import Any

import pytest

from penstock import Limit, Param, Pipeline, Retry
from penstock.authoring.check import Draft
from penstock.errors import DefinitionError
from penstock.model import graph
from penstock.model.spec import LimitSpec, Resources, Source, from_json, to_json


def plain(x: int = 1) -> int:
    return x + 1


def test_arguments_are_datasets_then_parameters_then_defaults() -> None:
    p = Pipeline("p", params={"year": 2013})

    @p.task
    def raw(year: int) -> list[int]:
        return [year]

    @p.task
    def clean(raw: list[int], year: int = 1, raws: int = 2, *, other: str = "x") -> list[int]:
        return raw

    tasks = p.spec().tasks
    assert tasks["raw"].inputs == {"year": Source("param", "year")}
    assert tasks["raw"].outputs == ("raw",)
    assert tasks["clean"].inputs == {"raw": Source("dataset", "raw"), "year": Source("param", "year")}


def test_what_a_call_needs_is_read_as_in_the_whole_spec() -> None:
    p = Pipeline("p", params={"year": 2013, "days": [1, 2]})

    @p.task(outputs=["low", "high"], cache="inputs")
    def raw(year: int) -> tuple[int, int]:
        return year, year

    @p.task(when=lambda low, year: low > year, foreach={"day": "days"}, inputs={"top": "high"}, label="{day}")
    def each(day: int, top: int, low: int = 1) -> int:
        return day

    whole, draft = p.spec(), Draft(p)
    for name in ("raw", "each"):
        call = draft.call(name)
        assert call == tuple(getattr(whole.tasks[name], fact) for fact in call._fields)
    assert not draft.problems.found


def test_a_dataset_that_may_be_missing_falls_back_on_the_default() -> None:
    p = Pipeline("p")
    p.task(name="x")(plain)

    @p.task
    def reads(x: int = 3) -> int:
        return x

    assert p.spec().tasks["reads"].inputs == {"x": Source("dataset", "x", default=True)}


def test_a_task_does_not_read_what_it_makes() -> None:
    p = Pipeline("p")
    p.task(name="x")(plain)
    assert p.spec().tasks["x"].inputs == {}


def test_explicit_inputs_come_first() -> None:
    p = Pipeline("p", params={"left": 1, "size": 2})

    @p.task
    def made() -> int:
        return 1

    @p.task(inputs={"left": "made", "right": "size"})
    def joined(left: int, right: int) -> int:
        return left + right

    assert p.spec().tasks["joined"].inputs == {"left": Source("dataset", "made"), "right": Source("param", "size")}


def test_outputs_one_several_none() -> None:
    p = Pipeline("p")

    @p.task(outputs=["train", "test"])
    def split() -> tuple[int, int]:
        return 1, 2

    @p.task(outputs="model")
    def fit(train: int) -> int:
        return train

    @p.task(outputs=[])
    def show(model: int, test: int) -> None: ...

    spec = p.spec()
    assert [spec.tasks[name].outputs for name in ("split", "fit", "show")] == [("train", "test"), ("model",), ()]
    assert graph.edges(spec) == {"split": [], "fit": ["split"], "show": ["fit", "split"]}
    assert spec.producer("test") == "split"


def test_after_takes_functions_and_names_one_or_several() -> None:
    p = Pipeline("p")

    @p.task
    def a() -> None: ...

    @p.task(name="second", after=a)
    def b() -> None: ...

    @p.task(after="second")
    def c() -> None: ...

    @p.task(after=[b, "c"])
    def d() -> None: ...

    assert graph.edges(p.spec()) == {"a": [], "second": ["a"], "c": ["second"], "d": ["second", "c"]}
    assert p.spec().tasks["d"].inputs == {}


def test_when_is_wired_as_a_task_is_and_orders() -> None:
    p = Pipeline("p", params={"full": True})

    @p.task
    def rows() -> int:
        return 1

    @p.task(when=lambda full, rows, least=1: full and rows > least)
    def load() -> None: ...

    spec = p.spec()
    assert spec.tasks["load"].when == {"full": Source("param", "full"), "rows": Source("dataset", "rows")}
    assert spec.tasks["rows"].when is None
    assert graph.edges(spec)["load"] == ["rows"]
    assert p.conditions["load"](full=True, rows=2) is True


@pytest.mark.parametrize("word", ["foreach", "map"])
def test_fan_out_over_several_arguments(word: str) -> None:
    p = Pipeline("p", params={"years": [2012, 2013]})

    @p.task
    def airports() -> list[str]:
        return ["JFK", "LGA"]

    @p.task
    def rates() -> float:
        return 1.0

    options: dict[str, Any] = {word: {"airport": "airports", "year": "years"}}

    @p.task(**options, label="{airport} {year}", concurrency=2)
    def report(rates: float, airport: str, year: int) -> str:
        return airport

    @p.task
    def book(report: list[str]) -> str:
        return "".join(report)

    spec = p.spec()
    assert spec.tasks["report"].foreach == ("airport", "year")
    assert spec.tasks["report"].inputs == {
        "rates": Source("dataset", "rates"),
        "airport": Source("item", "airports", over="dataset"),
        "year": Source("item", "years", over="param"),
    }
    assert (spec.tasks["report"].label, spec.tasks["report"].concurrency) == ("{airport} {year}", 2)
    assert graph.edges(spec) == {
        "airports": [], "rates": [], "report": ["rates", "airports"], "book": ["report"],
    }  # fmt: skip


def test_handlers_may_take_the_error() -> None:
    p = Pipeline("p", params={"team": "data"})

    @p.task
    def work() -> int:
        return 1

    @p.on_failure
    def tell(error: dict[str, Any], team: str) -> None: ...

    @p.finally_(timeout="10s")
    def clean_up(work: int | None = None, error: dict[str, Any] | None = None) -> None: ...

    tasks = p.spec().tasks
    assert [one.role for one in tasks.values()] == ["task", "on_failure", "finally"]
    assert tasks["tell"].inputs == {"error": Source("error", "error"), "team": Source("param", "team")}
    assert tasks["clean_up"].inputs == {
        "work": Source("dataset", "work", default=True), "error": Source("error", "error"),
    }  # fmt: skip
    assert tasks["clean_up"].timeout == 10


def test_a_task_takes_no_error() -> None:
    p = Pipeline("p")

    @p.task
    def work(error: str) -> None: ...

    with pytest.raises(DefinitionError, match="task 'work' reads 'error', which nobody makes"):
        p.spec()


def test_defaults_of_a_task() -> None:
    p = Pipeline("p")
    p.task(plain)
    one = p.spec().tasks["plain"]
    assert one.call == f"{__name__}:plain"
    assert (one.trigger, one.retry.attempts, one.timeout, one.grace, one.on_lost) == (
        "all_succeeded", 1, None, 5.0, "retry",
    )  # fmt: skip
    assert one.resources == Resources(1.0, None, 0.0, None)
    assert (one.kind, one.role, one.allow_failure, one.tags, one.foreach) == ("python", "task", False, (), ())


def test_every_option_arrives() -> None:
    p = Pipeline("p", namespace="sales", description="d", labels={"team": "data"}, tags=["t"], timeout="1h",
                 on_timeout="warning", durability="strict")  # fmt: skip

    @p.task(
        retry=Retry(3, delay="5s", on=(ConnectionError,)), timeout="2m", on_timeout="cancelled", allow_failure=True,
        tags=["slow"], labels={"size": "big"}, resources={"cpu": 2, "memory": "2GB", "gpu": 1, "pool": "db"},
        trigger="all_done", grace="1s", on_lost="fail",
    )  # fmt: skip
    def work() -> None:
        """Do the work.

        In detail.
        """

    spec = p.spec()
    assert (spec.namespace, spec.description, spec.labels, spec.tags) == ("sales", "d", {"team": "data"}, ("t",))
    assert (spec.timeout, spec.on_timeout, spec.durability) == (3600, "warning", "strict")
    one = spec.tasks["work"]
    assert (one.retry.attempts, one.retry.delay, one.retry.on) == (3, 5.0, ("ConnectionError",))
    assert (one.timeout, one.on_timeout, one.allow_failure, one.tags) == (120, "cancelled", True, ("slow",))
    assert (one.labels, one.resources) == ({"size": "big"}, Resources(2.0, 2 * 10**9, 1.0, "db"))
    assert (one.trigger, one.grace, one.on_lost, one.description) == ("all_done", 1.0, "fail", "Do the work.")
    assert one.source is not None
    assert one.source.startswith("@p.task(")


def test_a_decorated_function_stays_what_it_was() -> None:
    p = Pipeline("p")
    assert p.task(plain) is plain
    assert p.task(name="again", retry=2)(plain) is plain
    assert p.on_failure(name="handler")(plain) is plain
    assert p.finally_(name="end")(plain) is plain
    assert plain(2) == 3
    assert pickle.loads(pickle.dumps(plain)) is plain
    assert p.task(plain, name="called") is plain
    assert p.functions == dict.fromkeys(("plain", "again", "handler", "end", "called"), plain)
    assert p.spec().tasks["again"].retry.attempts == 2


def test_a_task_added_later_is_in_the_next_spec() -> None:
    p = Pipeline("p")
    p.task(plain)
    assert set(p.spec().tasks) == {"plain"}
    p.task(name="more")(plain)
    assert set(p.spec().tasks) == {"plain", "more"}


def test_params_take_the_types_of_their_defaults() -> None:
    given = {
        "i": 1, "f": 1.5, "b": True, "s": "x", "day": date(2013, 1, 31), "wait": timedelta(minutes=1), "l": [1],
        "d": {"a": 1}, "n": None, "p": Param("int", 3, min=1, max=5), "o": Param(str, choices=["a", "b"]),
    }  # fmt: skip
    p = Pipeline("p", params=given)
    p.task(plain)
    params = p.spec().params
    assert {name: one.type for name, one in params.items()} == {
        "i": "int", "f": "float", "b": "bool", "s": "str", "day": "date", "wait": "duration", "l": "list", "d": "dict",
        "n": "any", "p": "int", "o": "str",
    }  # fmt: skip
    assert (params["day"].default, params["wait"].default, params["o"].default) == ("2013-01-31", 60.0, None)
    assert (params["p"].min, params["p"].max, params["o"].choices) == (1, 5, ("a", "b"))


# --- what is refused ----------------------------------------------------------------------------------


def problems_of(p: Pipeline) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        p.spec()
    return [one["message"] for one in caught.value.facts["problems"]]


def test_a_circle_is_shown() -> None:
    p = Pipeline("p")
    for name, before in (("a", "c"), ("b", "a"), ("c", "b")):
        p.task(name=name, after=before)(plain)
    (told,) = problems_of(p)
    assert "tasks wait for each other: " in told
    assert any(circle in told for circle in ("a -> b -> c -> a", "b -> c -> a -> b", "c -> a -> b -> c"))


def test_all_problems_are_told_at_once_each_with_its_place() -> None:
    p = Pipeline("p", params={"year": 1, "both": 2})

    @p.task(timeout="soon", resources={"memry": 1, "cpu": -1}, trigger="all_suceeded", concurrency=0)
    def one(yaer: int) -> None: ...

    @p.task(after="oen", outputs=["both", "one"], inputs={"x": "one"}, foreach={"item": "yeer"})
    def two(item: int) -> None: ...

    with pytest.raises(DefinitionError) as caught:
        p.spec()
    problems = caught.value.facts["problems"]
    told = "\n".join(one["message"] for one in problems)
    for part in (
        "reads 'yaer', which nobody makes; did you mean 'year'?",
        "timeout of task 'one'",
        "the resource 'memry'; did you mean 'memory'?",
        "cpu can't be -1",
        "trigger of task 'one' is 'all_suceeded'; did you mean 'all_succeeded'?",
        "concurrency of task 'one' is 0",
        "comes after 'oen', which is no task; did you mean 'one'?",
        "'both' is a parameter, and task 'two' makes a dataset of that name",
        "tasks 'one' and 'two' both make the dataset 'one'",
        "names 'x', which is no argument of its function",
        "goes over 'yeer', which nobody makes; did you mean 'year'?",
    ):
        assert part in told, told
    assert {one["file"] for one in problems} == {__file__}
    assert {one["line"] for one in problems} == {registration.place.line for registration in p.registrations}
    assert caught.value.where == f"{__file__}:{caught.value.line}"


def test_a_task_is_not_told_to_read_what_it_makes() -> None:
    p = Pipeline("p")

    @p.task
    def alone(nothing: int) -> None: ...

    with pytest.raises(DefinitionError, match="which nobody makes; give the pipeline a parameter of this name"):
        p.spec()

    @p.task(outputs=["left", "right"])
    def other(nothing: int) -> None: ...

    with pytest.raises(DefinitionError) as caught:
        p.spec()
    told = [one["message"] for one in caught.value.facts["problems"]]
    assert told == [
        "task 'alone' reads 'nothing', which nobody makes; there are 'left', 'right'",
        "task 'other' reads 'nothing', which nobody makes; there is 'alone'",
    ]


def variable(*values: int) -> None: ...


def keywords(**values: int) -> None: ...


def by_position(value: int, /) -> None: ...


async def later() -> None: ...


def yields() -> Any:
    yield 1


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (variable, "takes *values"), (keywords, "takes **values"), (by_position, "'value' by position only"),
        (later, "is async"), (yields, "is a generator"), (lambda: 1, "a lambda"), (dict, "is no function"),
        (3, "is no function"),
    ],
)  # fmt: skip
def test_functions_that_can_be_no_tasks(function: Any, told: str) -> None:
    p = Pipeline("p")
    assert p.task(function) is function
    with pytest.raises(DefinitionError) as caught:
        p.spec()
    assert told in caught.value.message
    assert caught.value.cure
    assert caught.value.file == __file__
    assert caught.value.line == p.registrations[0].place.line


@pytest.mark.parametrize("name", ["", ".hidden", "a b", "a/b", "x" * 201, "数" * 67, "a\n", "a\udcff"])
def test_names_that_are_none(name: str) -> None:
    p = Pipeline(name)
    p.task(name="ok", outputs=[name])(plain)
    told = problems_of(p)
    assert [one.split("; ")[0].partition(" is ")[2] for one in told] == [
        "no name for a pipeline",
        "no name for a dataset",
    ]


@pytest.mark.parametrize("name", ["a", "Flüge-2013", "数据", "a.b_c", "x" * 200])
def test_names_in_any_script(name: str) -> None:
    p = Pipeline(name, namespace=name)
    p.task(name=name)(plain)
    assert list(p.spec().tasks) == [name]


def test_how_many_runs_go_at_a_time() -> None:
    p = Pipeline("p", concurrency=2)
    p.task(plain)
    assert p.spec().concurrency == LimitSpec(2)
    q = Pipeline("p", concurrency=Limit(2, full="skip"))
    q.task(plain)
    assert q.spec().concurrency == LimitSpec(2, "skip")
    assert from_json(json.loads(json.dumps(to_json(q.spec())))) == q.spec()
    assert q.spec().version != p.spec().version


def test_a_pipeline_without_tasks() -> None:
    assert "has no tasks" in problems_of(Pipeline("p"))[0]


def test_two_tasks_of_one_name() -> None:
    p = Pipeline("p")
    p.task(plain)
    p.task(plain)
    assert "there are two tasks 'plain', the first in line" in problems_of(p)[0]


def test_a_task_can_not_wait_for_a_handler() -> None:
    p = Pipeline("p")

    @p.finally_
    def end() -> int:
        return 1

    @p.task
    def work(end: int) -> None: ...

    assert "task 'work' needs 'end', which runs only after all tasks" in problems_of(p)[0]


def test_functions_of_libraries_are_tasks_too() -> None:
    p = Pipeline("p", params={"text": " a"})
    p.task(textwrap.dedent)
    assert p.spec().tasks["dedent"].call == "textwrap:dedent"
