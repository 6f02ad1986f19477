"""Where arguments get their values: names become sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from penstock.authoring.reading import Reader
from penstock.authoring.registration import Registration
from penstock.model.nearest import did_you_mean
from penstock.model.spec import ParamSpec, Source

#: Types of parameters that may have items.
_OF_ITEMS: Final = ("any", "list", "dict")


class Known(NamedTuple):
    """What the names of a pipeline mean: datasets with the tasks that make them, parameters, tasks.

    `by_function` has the names of the tasks of a function, by the function's id.
    """

    makers: dict[str, str]
    params: dict[str, ParamSpec]
    tasks: dict[str, Registration]
    by_function: dict[int, list[str]]

    def nearest(self, name: str) -> str:
        """The cure for a name that is no dataset and no parameter."""
        return did_you_mean(name, [*self.makers, *self.params])


class Wires(NamedTuple):
    """Sources of a task's arguments in their order, of its condition's, and which arguments take items."""

    inputs: dict[str, Source]
    when: dict[str, Source] | None
    foreach: tuple[str, ...]


def wire(one: Registration, known: Known, reader: Reader) -> Wires:
    """Find a source for every argument of a task and of its condition."""
    explicit = reader.names_by_argument("inputs")
    foreach = reader.names_by_argument("foreach")
    _check_arguments(one, reader, explicit, foreach)
    items = {argument: _items(argument, foreach[argument], known, reader) for argument in foreach}
    arguments = one.arguments or {}
    plain = {name: default for name, default in arguments.items() if name not in foreach}
    wired: dict[str, Source | None] = {**_wire(plain, explicit, one, known, reader), **items}
    inputs = {name: source for name in arguments if (source := wired.get(name)) is not None}
    if one.when is None:
        return Wires(inputs, None, tuple(foreach))
    return Wires(inputs, _wire_condition(one, explicit, foreach, known, reader), tuple(foreach))


def _check_arguments(
    one: Registration, reader: Reader, explicit: Mapping[str, str], foreach: Mapping[str, str]
) -> None:
    if one.arguments is None:
        return  # which was told; the names of its arguments are not known
    both = {**one.arguments, **(one.condition_arguments or {})}
    for option, given, arguments in (("inputs", explicit, both), ("foreach", foreach, one.arguments)):
        for argument in given:
            if argument not in arguments:
                cure = did_you_mean(argument, arguments)
                reader.wrong(
                    f"{option} of {reader.whose} names '{argument}', which is no argument of its function", cure
                )
            elif option == "foreach" and argument in explicit:
                reader.wrong(f"argument '{argument}' of {reader.whose} is in inputs and in foreach", "leave out one")


def _items(argument: str, name: str, known: Known, reader: Reader) -> Source | None:
    if name in known.makers:
        return Source("item", name, over="dataset")
    if name not in known.params:
        reader.wrong(f"{reader.whose} goes over '{name}', which nobody makes", known.nearest(name))
        return None
    kind = known.params[name].type
    if kind not in _OF_ITEMS:
        cure = "give the parameter a list, a dict, or the type 'list'"
        reader.wrong(f"{reader.whose} goes over '{name}' for '{argument}', which is {kind} and has no items", cure)
    return Source("item", name, over="param")


def _wire_condition(
    one: Registration, explicit: Mapping[str, str], foreach: Mapping[str, str], known: Known, reader: Reader
) -> dict[str, Source]:
    arguments = one.condition_arguments or {}
    items = [name for name in arguments if name in foreach and name not in known.makers]
    for name in items:
        cure = "it is asked once for all items; let a task before choose them"
        reader.wrong(f"`when` of {reader.whose} takes the item '{name}'", cure)
    plain = {name: default for name, default in arguments.items() if name not in items}
    return _wire(plain, explicit, one, known, reader, what=f"`when` of {reader.whose}")


def _wire(
    arguments: Mapping[str, bool], explicit: Mapping[str, str], one: Registration, known: Known, reader: Reader, *,
    what: str | None = None,
) -> dict[str, Source]:  # fmt: skip
    """A source for every argument: explicit, a dataset of another task, a parameter, else its default."""
    wired: dict[str, Source] = {}
    for argument, default in arguments.items():
        name = explicit.get(argument, argument)
        own = known.makers.get(name) == one.name
        if own and (argument in explicit or not default):
            cure = "data come from other tasks: rename the task, its dataset or the argument"
            reader.wrong(f"{what or reader.whose} reads '{name}', which it makes itself", cure)
        elif name in known.makers and not own:
            wired[argument] = Source("dataset", name, default=default)
        elif name in known.params:
            wired[argument] = Source("param", name)
        elif argument == "error" and argument not in explicit and one.role != "task" and what is None:
            wired[argument] = Source("error", "error")
        elif argument in explicit or not default:
            reader.wrong(f"{what or reader.whose} reads '{name}', which nobody makes", known.nearest(name))
    return wired


def after(known: Known, reader: Reader) -> tuple[str, ...]:
    """Names of the tasks that only come before."""
    found: dict[str, None] = {}
    for given in reader.list("after"):
        name = _task_name(given, known, reader)
        if name is not None:
            found[name] = None
    return tuple(found)


def _task_name(given: str | Callable[..., Any], known: Known, reader: Reader) -> str | None:
    names = known.by_function.get(id(given), [])
    if len(names) > 1:
        cure = "give the name of the one that is meant"
        reader.wrong(f"{reader.whose} comes after a function that is the tasks {', '.join(names)}", cure)
        return None
    name = names[0] if names else given if isinstance(given, str) else getattr(given, "__name__", repr(given))
    if name in known.tasks:
        return name
    reader.wrong(f"{reader.whose} comes after '{name}', which is no task", did_you_mean(name, known.tasks))
    return None


def label(foreach: tuple[str, ...], reader: Reader) -> str | None:
    """How items are called."""
    template = reader.text("label") or None
    if template is None:
        return None
    if not foreach:
        reader.misfit("label", "leave it out: only items of foreach have labels")
        return None
    from string import Formatter

    try:
        fields = [field for _, field, _, _ in Formatter().parse(template) if field is not None]
    except ValueError as error:
        reader.misfit("label", f"{error}; write it as in '{{{foreach[0]}}}'")
        return None
    for field in fields:
        name = field.partition(".")[0].partition("[")[0]
        if name not in foreach:
            reader.wrong(
                f"label of {reader.whose} names '{name}', which is no argument of foreach", did_you_mean(name, foreach)
            )
    return template
