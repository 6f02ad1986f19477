"""One decorated function with its options, as it was written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from penstock.authoring.options import Retry
from penstock.authoring.places import Place, of_function
from penstock.errors import DefinitionError, NotSupportedYet
from penstock.model.nearest import did_you_mean
from penstock.model.spec import Role

OPTIONS: Final = (
    "name", "inputs", "outputs", "after", "when", "trigger", "retry", "timeout", "on_timeout", "allow_failure",
    "tags", "labels", "resources", "cache", "foreach", "map", "label", "concurrency", "grace", "on_lost",
)  # fmt: skip
HANDLER_OPTIONS: Final = tuple(one for one in OPTIONS if one not in ("trigger", "foreach", "map", "label"))


@dataclass(slots=True)
class Registration:
    """`arguments` maps names of arguments to whether they have a default."""

    role: Role
    name: str
    function: Callable[..., Any]
    options: dict[str, Any]
    place: Place
    arguments: dict[str, bool] = field(default_factory=dict)
    condition_arguments: dict[str, bool] = field(default_factory=dict)

    @property
    def when(self) -> Callable[..., Any] | None:
        return self.options.get("when")


def register(role: Role, function: Any, options: dict[str, Any], place: Place) -> Registration:
    """Check what can be checked of one function alone. Raises DefinitionError."""
    where = of_function(function)
    if where.file is None:
        where = place
    known = OPTIONS if role == "task" else HANDLER_OPTIONS
    for option in options:
        if option not in known:
            raise _error(f"a task has no option '{option}'", did_you_mean(option, known), place)
    if options.get("cache") is not None:
        raise NotSupportedYet(
            "reuse of results (cache) is not built yet", cure="leave `cache` out", file=place.file, line=place.line
        )
    name = options.get("name") or getattr(function, "__name__", None)
    if not callable(function) or isinstance(function, type):
        raise _error(f"{function!r} is no function", "decorate a function made with `def`", place)
    if name == "<lambda>":
        raise _error("a lambda can't be a task", "write it as a function with `def`, or give it a name=", where)
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise _error(f"task '{name}' is async", "write a plain function, and call asyncio.run(…) in it", where)
    if inspect.isgeneratorfunction(function):
        raise _error(f"task '{name}' is a generator", "return a list instead of yielding", where)
    made = Registration(role, str(name), function, dict(options), where)
    made.arguments = _arguments(function, f"task '{name}'", where)
    if made.when is not None:
        if not callable(made.when):
            raise _error(f"`when` of task '{name}' is no function", "give a function of params and datasets", where)
        made.condition_arguments = _arguments(made.when, f"`when` of task '{name}'", where)
    if isinstance(options.get("retry"), int):
        made.options["retry"] = Retry(options["retry"])
    return made


def _arguments(function: Callable[..., Any], what: str, place: Place) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            star = "*" if parameter.kind == parameter.VAR_POSITIONAL else "**"
            raise _error(f"{what} takes {star}{parameter.name}", "name each argument: names are the wiring", place)
        if parameter.kind == parameter.POSITIONAL_ONLY:
            raise _error(f"{what} takes '{parameter.name}' by position only", "remove the `/`", place)
        found[parameter.name] = parameter.default is not parameter.empty
    return found


def _error(message: str, cure: str, place: Place) -> DefinitionError:
    return DefinitionError(message, cure=cure, file=place.file, line=place.line)
