"""What can be told of a function without calling it."""

from __future__ import annotations

import functools
import inspect
import textwrap
from collections.abc import Callable
from types import CodeType
from typing import Any, Final, NamedTuple

from penstock.authoring.places import Place

#: Bytes of source kept of a function.
SOURCE_LIMIT: Final = 65_536


class Refusal(NamedTuple):
    """Why a function can't be what it should be, and the cure."""

    message: str
    cure: str


def own_name(function: Any) -> str | None:
    """The name a function was defined with; None for lambdas, and for callables without one."""
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) and name != "<lambda>" else None


def is_function(value: Any) -> bool:
    """Can it be called, and is no class?"""
    return callable(value) and not isinstance(value, type)


def refusal(function: Any, what: str, *, nameless: bool = False) -> Refusal | None:
    """Why this is no plain function; None when it is one. `what` is how messages call it, `nameless` allows lambdas."""
    if not is_function(function):
        return Refusal(f"{what} is no function but {_kind(function)}", "decorate a function made with `def`")
    if not nameless and getattr(function, "__name__", None) == "<lambda>":
        return Refusal(f"{what} is a lambda", "write it as a function with `def`: a task needs a name and a place")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        return Refusal(f"{what} is async", "write a plain function, and call asyncio.run(…) in it")
    if inspect.isgeneratorfunction(function):
        return Refusal(f"{what} is a generator", "return a list instead of yielding")
    return None


def arguments(function: Callable[..., Any], what: str) -> dict[str, bool] | Refusal:
    """Names of arguments in order, and whether each has a default; or why they can't be wired by name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return Refusal(f"{what} does not tell its arguments", "call it in a function of your own, made with `def`")
    for one in parameters:
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            star = "*" if one.kind == one.VAR_POSITIONAL else "**"
            cure = "name each argument: names are the wiring (a decorator keeps them with functools.wraps)"
            return Refusal(f"{what} takes {star}{one.name}", cure)
        if one.kind == one.POSITIONAL_ONLY:
            written = hasattr(function, "__code__")
            cure = "remove the `/`" if written else "call it in a function of your own, made with `def`"
            return Refusal(f"{what} takes '{one.name}' by position only", cure)
    return {one.name: one.default is not one.empty for one in parameters}


def place(function: Any) -> Place:
    """Where a function was defined, below what decorates it: the line of its first decorator, else of its `def`."""
    code = _code(function)
    return Place(None, None) if code is None else Place(code.co_filename, code.co_firstlineno)


def call(function: Any, name: str) -> str:
    """`module:qualname`, of what a partial is of; `name` for callables without a qualname."""
    inner = _inner(function)
    return f"{getattr(inner, '__module__', '')}:{getattr(inner, '__qualname__', name)}"


def description(function: Any) -> str:
    """The first line of the docstring."""
    text = function.__doc__ if hasattr(function, "__code__") or inspect.isbuiltin(function) else None
    lines = (text or "").strip().splitlines()
    return str(lines[0]) if lines else ""


class Sources:
    """Source texts of functions, each read once."""

    def __init__(self) -> None:
        self._known: dict[int, str | None] = {}  # by identity: equal code may stand in two files

    def of(self, function: Any) -> str | None:
        """The dedented source with decorators, cut to SOURCE_LIMIT bytes; None where there is none."""
        code = _code(function)
        if code is None:
            return None
        if id(code) not in self._known:
            self._known[id(code)] = _read(code)
        return self._known[id(code)]


def _read(code: CodeType) -> str | None:
    try:
        text = textwrap.dedent(inspect.getsource(code))
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    return text.encode("utf-8", "surrogatepass")[:SOURCE_LIMIT].decode("utf-8", "ignore")


def _inner(function: Any) -> Any:
    return function.func if isinstance(function, functools.partial) else function


def _code(function: Any) -> CodeType | None:
    try:
        function = inspect.unwrap(_inner(function))
    except ValueError:  # it wraps itself
        return None
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _kind(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else f"a value of type {type(value).__name__}"
