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
_METHOD: Final = (
    "move the function out of its class, or make a task of the method of an object: pipeline.task(it.method)"
)


class Known(NamedTuple):
    """What the names of a pipeline mean: datasets with the tasks that make them, parameters, tasks.

    `by_function` has the names of the tasks of a function, by the function's id.
    """

    makers: dict[str, str]
    params: dict[str, ParamSpec]
    tasks: dict[str, Registration]
    by_function: dict[int, list[str]]

    def nearest(self, name: str, task: str) -> str:
        """The cure for a name that is no dataset and no parameter, for a task: which can't read what it makes."""
        others = [dataset for dataset, maker in self.makers.items() if maker != task]
        if not others and not self.params:
            return "give the pipeline a parameter of this name, or the argument a default"
        return did_you_mean(name, [*others, *self.params])


class Wires(NamedTuple):
    """Sources of a task's arguments in their order, of its condition's, and which arguments take items."""

    inputs: dict[str, Source]
    when: dict[str, Source] | None
    foreach: tuple[str, ...]


class Wirer:
    """Finds the sources of one task. `explicit` and `foreach` have None for what was told to be no name."""

    def __init__(self, one: Registration, known: Known, reader: Reader) -> None:
        self.one = one
        self.known = known
        self.reader = reader
        self.explicit = reader.names_by_argument("inputs")
        self.foreach = reader.names_by_argument("foreach")

    def wires(self) -> Wires:
        """A source for every argument of the task and of its condition."""
        self._check_arguments()
        arguments = self.one.arguments or {}
        plain = {name: default for name, default in arguments.items() if name not in self.foreach}
        wired = self._wire(plain, self.reader.whose, with_error=self.one.role != "task")
        for argument, name in self.foreach.items():
            source = self._items(argument, name)
            if source is not None:
                wired[argument] = source
        inputs = {name: wired[name] for name in arguments if name in wired}
        return Wires(inputs, None if self.one.when is None else self._condition(), tuple(self.foreach))

    def _check_arguments(self) -> None:
        if self.one.arguments is None:
            return  # which was told; what they are called is not known
        both = {**self.one.arguments, **(self.one.condition_arguments or {})}
        whose, wrong = self.reader.whose, self.reader.wrong
        for option, given, arguments in (
            ("inputs", self.explicit, both), ("foreach", self.foreach, self.one.arguments),
        ):  # fmt: skip
            for argument in [name for name in given if name not in arguments]:
                cure = did_you_mean(argument, arguments)
                wrong(f"{option} of {whose} names '{argument}', which is no argument of its function", cure)
        for argument in [name for name in self.foreach if name in self.explicit]:
            wrong(f"argument '{argument}' of {whose} is in inputs and in foreach", "leave out one of the two")

    def _wire(self, arguments: Mapping[str, bool], what: str, *, with_error: bool = False) -> dict[str, Source]:
        """A source for every argument: explicit, a dataset of another task, a parameter, else its default."""
        known, wired = self.known, dict[str, Source]()
        for argument, default in arguments.items():
            name, explicit = self.explicit.get(argument, argument), argument in self.explicit
            if name is None:
                continue  # which was told
            own = known.makers.get(name) == self.one.name
            if own and (explicit or not default):
                cure = "data come from other tasks: rename the task, its dataset or the argument"
                self.reader.wrong(f"{what} reads '{name}', which it makes itself", cure)
            elif name in known.makers and not own:
                wired[argument] = Source("dataset", name, default=default)
            elif name in known.params:
                wired[argument] = Source("param", name)
            elif with_error and argument == "error" and not explicit:
                wired[argument] = Source("error", "error")
            elif explicit or not default:
                cure = _METHOD if name in ("self", "cls") else known.nearest(name, self.one.name)
                self.reader.wrong(f"{what} reads '{name}', which nobody makes", cure)
        return wired

    def _items(self, argument: str, name: str | None) -> Source | None:
        if name is None:
            return None  # which was told
        if name in self.known.makers:
            return Source("item", name, over="dataset")
        if name not in self.known.params:
            told = f"{self.reader.whose} goes over '{name}', which nobody makes"
            self.reader.wrong(told, self.known.nearest(name, self.one.name))
            return None
        kind = self.known.params[name].type
        if kind not in _OF_ITEMS:
            told = f"{self.reader.whose} goes over '{name}' for '{argument}', which is {kind} and has no items"
            self.reader.wrong(told, "give the parameter a list, a dict, or the type 'list'")
        return Source("item", name, over="param")

    def _condition(self) -> dict[str, Source]:
        what = f"`when` of {self.reader.whose}"
        plain = {}
        for argument, default in (self.one.condition_arguments or {}).items():
            if argument in self.foreach and argument not in self.known.makers:
                cure = "it is asked once for all items; let a task before choose them"
                self.reader.wrong(f"{what} takes the item '{argument}'", cure)
            else:
                plain[argument] = default
        return self._wire(plain, what)


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
