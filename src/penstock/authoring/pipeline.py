"""Pipeline: collects tasks as they are decorated, and gives the checked spec."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Unpack, overload

from penstock.authoring import approvals, check
from penstock.authoring.limit import Limit
from penstock.authoring.places import Place, caller
from penstock.authoring.registration import Registration, register
from penstock.authoring.retry import Duration
from penstock.authoring.vocabulary import HandlerOptions, TaskOptions
from penstock.model.spec import OnSilence, OnTimeout, PipelineSpec, Role, TriggerRule

#: By which other tools start a pipeline.
_OF_OTHERS = ("run", "start", "submit", "execute", "serve", "deploy")
F = TypeVar("F", bound=Callable[..., Any])


class Pipeline:
    """A named graph of tasks. See `docs/authoring.md` for every option by example.

    `params`: by name a plain default (its type is taken) or a Param. `timeout`: for the whole run, in seconds or as a
    text such as `"2h"`; `on_timeout`: what the run becomes then. `concurrency`: how many of its runs go at the same
    time, as a number or a Limit that says what becomes of one more; over all engines. `durability="strict"`: a task
    starts only when what came before is on disk.
    Errors in the definition are all told at once, by `spec()`, as a DefinitionError.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: str = "default",
        description: str = "",
        params: Mapping[str, Any] | None = None,
        labels: Mapping[str, str] | None = None,
        tags: str | Sequence[str] = (),
        timeout: Duration | None = None,
        on_timeout: OnTimeout = "failed",
        concurrency: Limit | int | None = None,
        durability: Literal["pipelined", "strict"] = "pipelined",
    ) -> None:
        self.place: Place = caller()
        self.name = name
        self.namespace = namespace
        self.options: dict[str, Any] = {
            "description": description,
            "params": params,
            "labels": labels,
            "tags": tags,
            "timeout": timeout,
            "on_timeout": on_timeout,
            "concurrency": concurrency,
            "durability": durability,
        }
        self.registrations: list[Registration] = []
        self._spec: tuple[int, PipelineSpec] | None = None

    if not TYPE_CHECKING:  # which would take any name for one that there is

        def __getattr__(self, name: str) -> Any:
            told = f"'Pipeline' object has no attribute '{name}'"
            if name in _OF_OTHERS:
                # A cell of a notebook has a name that looks like one of a file.
                known = os.path.basename(self.place.file) if os.path.isfile(self.place.file) else None
                first = "" if known else "write it into a file, and "
                told += f": {first}`penstock run {known or 'FILE.py'}` runs it, penstock.client from Python, "
                told += "penstock.testing in a test"
            raise AttributeError(told, name=name, obj=self)

    def __repr__(self) -> str:
        count = len(self.registrations)
        return f"<Pipeline {self.namespace}/{self.name}, {count} {'task' if count == 1 else 'tasks'}>"

    @overload
    def task(self, function: F, /, **options: Unpack[TaskOptions]) -> F: ...
    @overload
    def task(self, function: None = None, /, **options: Unpack[TaskOptions]) -> Callable[[F], F]: ...
    def task(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task; the function itself stays as it is.

        With or without parentheses, and as a call: `pipeline.task(function, name="…")`. The options are those of
        `authoring.vocabulary.TaskOptions`.
        """
        return self._decorate("task", function, options)

    @overload
    def on_failure(self, function: F, /, **options: Unpack[HandlerOptions]) -> F: ...
    @overload
    def on_failure(self, function: None = None, /, **options: Unpack[HandlerOptions]) -> Callable[[F], F]: ...
    def on_failure(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task that runs once when the run is failing. It may take `error`."""
        return self._decorate("on_failure", function, options)

    @overload
    def finally_(self, function: F, /, **options: Unpack[HandlerOptions]) -> F: ...
    @overload
    def finally_(self, function: None = None, /, **options: Unpack[HandlerOptions]) -> Callable[[F], F]: ...
    def finally_(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task that runs last, however the run went, also after a cancel. It may take `error`."""
        return self._decorate("finally", function, options)

    def approval(
        self,
        name: str,
        *,
        message: str = "",
        after: str | Callable[..., Any] | Sequence[str | Callable[..., Any]] = (),
        params: Mapping[str, Any] | None = None,
        timeout: Duration | None = None,
        on_timeout: OnSilence = "rejected",
        default: Mapping[str, Any] | None = None,
        trigger: TriggerRule = "all_succeeded",
        allow_failure: bool = False,
        tags: str | Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> str:
        """Ask a person before the run goes on: what comes after it waits for the answer. Gives the name back.

        `params` is the form of the answer, written as the params of a pipeline; the dataset of that name is the dict of
        what was answered. A rejection is a failure. `on_timeout`: what becomes of it when nobody has answered within
        `timeout`; `default` has answers for `approved`.
        """
        options: dict[str, Any] = {
            "message": message, "after": after, "params": params, "timeout": timeout, "on_timeout": on_timeout,
            "default": default, "trigger": trigger, "allow_failure": allow_failure, "tags": tags, "labels": labels,
        }  # fmt: skip
        self.registrations.append(approvals.registration(name, options, caller()))
        return name

    def _decorate(self, role: Role, function: Any, options: dict[str, Any]) -> Any:
        place = caller()

        def decorate(decorated: F) -> F:
            self.registrations.append(register(role, decorated, options, place))
            return decorated

        return decorate if function is None else decorate(function)

    def spec(self) -> PipelineSpec:
        """The definition as plain data, checked. Raises DefinitionError that tells every problem at once."""
        if self._spec is None or self._spec[0] != len(self.registrations):
            self._spec = (len(self.registrations), check.make_spec(self))
        return self._spec[1]

    @property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """The function of every task, by the task's name."""
        return {one.name: one.function for one in self.registrations}

    @property
    def conditions(self) -> dict[str, Callable[..., Any]]:
        """The `when` function of every task that has one."""
        return {one.name: one.when for one in self.registrations if one.when is not None}
