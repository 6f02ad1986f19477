"""One decorated function with its options, as it was written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from penstock.authoring import functions, other_tools
from penstock.authoring.functions import Refusal
from penstock.authoring.places import Place
from penstock.authoring.vocabulary import HANDLER_OPTIONS, OPTIONS
from penstock.errors import DefinitionError
from penstock.model.nearest import did_you_mean
from penstock.model.spec import Role


@dataclass(slots=True)
class Registration:
    """`place` is where the decorator stands. `arguments` maps names of arguments to whether they have a default, and is
    None where they can't be read, as is `condition_arguments` without a condition.

    `problems` are those of this function and its options alone; they wait to be told with all others.
    """

    role: Role
    name: str
    function: Callable[..., Any]
    options: dict[str, Any]
    place: Place
    arguments: dict[str, bool] | None = None
    condition_arguments: dict[str, bool] | None = None
    problems: list[DefinitionError] = field(default_factory=list)

    @property
    def whose(self) -> str:
        """How messages call it."""
        return f"task '{self.name}'"

    @property
    def when(self) -> Callable[..., Any] | None:
        """The condition."""
        return self.options.get("when")

    def refuse(self, message: str, cure: str | None) -> None:
        """Note a problem."""
        self.problems.append(DefinitionError(message, cure=cure, file=self.place.file, line=self.place.line))


def register(role: Role, function: Any, options: dict[str, Any], place: Place) -> Registration:
    """A function as a task. Raises nothing: what is wrong is noted."""
    given = options.get("name")
    name = functions.own_name(function) if given is None else given
    made = Registration(role, name or "", function, dict(options), place)
    _check_options(made)
    what = made.whose if name else "the task"
    refused = functions.refusal(function, what)
    if refused is None and name is None:
        refused = Refusal(f"a {type(function).__name__} has no name of its own", "give the task one with name=")
    if refused is not None:
        made.refuse(*refused)
    if functions.is_function(function):
        made.arguments = _arguments(made, function, what)
    if made.when is not None:
        _check_condition(made)
    return made


def _check_options(made: Registration) -> None:
    known = OPTIONS if made.role == "task" else HANDLER_OPTIONS
    for option in [option for option in made.options if option not in known]:
        cure = "only tasks have it" if option in OPTIONS else other_tools.of_option("task", option)
        made.refuse(f"{made.whose} can't have the option '{option}'", cure or did_you_mean(option, known))
        del made.options[option]
    items = made.options.pop("map", None)
    if items is not None and made.options.get("foreach") is not None:
        made.refuse(f"{made.whose} has both foreach and map, which are the same", "put all into foreach")
    elif items is not None:
        made.options["foreach"] = items


def _check_condition(made: Registration) -> None:
    what = f"`when` of {made.whose}"
    refused = functions.refusal(made.when, what, nameless=True)
    if refused:
        made.refuse(refused.message, "give a function of params and datasets")
        del made.options["when"]
    else:
        made.condition_arguments = _arguments(made, made.when, what)


def _arguments(made: Registration, function: Any, what: str) -> dict[str, bool] | None:
    found = functions.arguments(function, what)
    if isinstance(found, Refusal):
        made.refuse(*found)
        return None
    return found
