"""What is told of a function without calling it."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable
from statistics import mean
from typing import Any

import pytest

from penstock import Pipeline
from penstock.authoring.functions import SOURCE_LIMIT, Sources, call, description, own_name, place
from penstock.errors import DefinitionError


def shouting(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def hiding(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@shouting
def decorated(name: str, times: int = 2) -> str:
    """Say a name.

    More than once.
    """
    return name * times


class Counter:
    """Counts."""

    def step(self, size: int) -> int:
        """Count on."""
        return size

    def __call__(self, size: int) -> int:
        return size


LINES, FIRST = inspect.getsourcelines(decorated)


def test_what_decorates_a_function_does_not_hide_it() -> None:
    p = Pipeline("p", params={"name": "x"})
    p.task(decorated)
    task = p.spec().tasks["decorated"]
    assert list(task.inputs) == ["name"]
    assert (task.file, task.line, task.description) == (__file__, FIRST, "Say a name.")
    assert task.source == "".join(LINES)
    assert task.call == f"{__name__}:decorated"


def test_a_decorator_that_hides_arguments_is_told_of_wraps() -> None:
    p = Pipeline("p")
    p.task(hiding(decorated), name="work")
    with pytest.raises(DefinitionError, match=r"functools\.wraps"):
        p.spec()


def test_partials_methods_and_objects_are_tasks_by_a_name() -> None:
    p = Pipeline("p", params={"size": 1, "name": "x"})
    p.task(functools.partial(decorated, times=3), name="thrice")
    p.task(Counter().step)
    p.task(Counter(), name="object")
    tasks = p.spec().tasks
    assert {name: list(task.inputs) for name, task in tasks.items()} == {
        "thrice": ["name"], "step": ["size"], "object": ["size"],
    }  # fmt: skip
    assert tasks["thrice"].call == f"{__name__}:decorated"
    assert tasks["step"].call == f"{__name__}:Counter.step"
    assert (tasks["thrice"].line, tasks["step"].description) == (FIRST, "Count on.")


@pytest.mark.parametrize("nameless", [functools.partial(decorated), Counter()])
def test_what_has_no_name_needs_one(nameless: Any) -> None:
    p = Pipeline("p", params={"name": "x", "size": 1})
    p.task(nameless)
    p.task(nameless)
    with pytest.raises(DefinitionError) as caught:
        p.spec()
    told = [one["message"] for one in caught.value.facts["problems"]]
    assert len(told) == 2
    assert all("has no name of its own; give the task one with name=" in one for one in told)


def test_built_in_functions_have_no_source() -> None:
    assert Sources().of(len) is None
    assert place(len) == (None, None)
    assert own_name(len) == "len"
    assert description(len).startswith("Return the number of items")
    assert call(mean, "x") == "statistics:mean"


def test_a_built_in_function_by_position_is_told_what_to_do() -> None:
    p = Pipeline("p", params={"obj": [1]})
    p.task(len)
    with pytest.raises(DefinitionError, match="'obj' by position only") as caught:
        p.spec()
    assert caught.value.cure == "call it in a function of your own, made with `def`"


def test_functions_made_while_running_have_no_source() -> None:
    found: dict[str, Any] = {}
    exec("def made(): return 1", found)
    assert Sources().of(found["made"]) is None
    p = Pipeline("p")
    p.task(found["made"])
    assert (p.spec().tasks["made"].file, p.spec().tasks["made"].source) == ("<string>", None)


def test_long_sources_are_cut(tmp_path: Any) -> None:
    file = tmp_path / "long.py"
    file.write_text(f"def long():\n    return '{'é' * SOURCE_LIMIT}'\n", encoding="utf-8")
    found: dict[str, Any] = {}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), found)
    source = Sources().of(found["long"])
    assert source is not None
    assert SOURCE_LIMIT - 1 <= len(source.encode()) <= SOURCE_LIMIT


def test_equal_functions_of_two_files_keep_their_own_sources(tmp_path: Any) -> None:
    sources = Sources()
    told = []
    for name, comment in (("a", "# one"), ("b", "# two")):
        file = tmp_path / f"{name}.py"
        file.write_text(f"def work():\n    return 1  {comment}\n", encoding="utf-8")
        found: dict[str, Any] = {}
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), found)
        told.append((found["work"], sources.of(found["work"])))
    assert [source for _, source in told] == [f"def work():\n    return 1  # {word}\n" for word in ("one", "two")]


def test_sources_are_dedented() -> None:
    def inner() -> int:
        return 1

    assert Sources().of(inner) == textwrap.dedent(inspect.getsource(inner))
