"""Pipeline: collects tasks as they are decorated, and gives the checked spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, overload

from penstock.authoring import wiring
from penstock.authoring.options import Duration, Param, Retry
from penstock.authoring.places import Place, caller
from penstock.authoring.registration import Registration, register
from penstock.errors import NotSupportedYet
from penstock.model.spec import OnTimeout, PipelineSpec, Role, TriggerRule

F = TypeVar("F", bound=Callable[..., Any])


class Pipeline:
    """A named graph of tasks. See `docs/authoring.md` for every option by example.

    `params`: by name a plain default (its type is taken) or a Param. `timeout`: for the whole run; `on_timeout`: what
    the run becomes then. `durability="strict"`: a task starts only when what came before is on disk.
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
        tags: Sequence[str] = (),
        timeout: Duration | None = None,
        on_timeout: OnTimeout = "failed",
        concurrency: int | None = None,
        durability: Literal["pipelined", "strict"] = "pipelined",
    ) -> None:
        self.place: Place = caller()
        if concurrency is not None:
            raise NotSupportedYet(
                "a limit on the runs of a pipeline is not built yet",
                cure="leave `concurrency` out of Pipeline; a task's own `concurrency` works",
                file=self.place.file,
                line=self.place.line,
            )
        self.name = name
        self.namespace = namespace
        self.description = description
        self.params: dict[str, Any] = dict(params or {})
        self.labels: dict[str, str] = dict(labels or {})
        self.tags = tuple(tags)
        self.timeout = timeout
        self.on_timeout = on_timeout
        self.durability = durability
        self.registrations: list[Registration] = []
        self._spec: tuple[int, PipelineSpec] | None = None

    def __repr__(self) -> str:
        return f"<Pipeline {self.namespace}/{self.name}, {len(self.registrations)} tasks>"

    @overload
    def task(self, function: F, /) -> F: ...
    @overload
    def task(
        self,
        function: None = None,
        /,
        *,
        name: str | None = None,
        inputs: Mapping[str, str] | None = None,
        outputs: str | Sequence[str] | None = None,
        after: Any = (),
        when: Callable[..., Any] | None = None,
        trigger: TriggerRule = "all_succeeded",
        retry: Retry | int | None = None,
        timeout: Duration | None = None,
        on_timeout: OnTimeout = "failed",
        allow_failure: bool = False,
        tags: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
        resources: Mapping[str, Any] | None = None,
        cache: Any = None,
        foreach: Mapping[str, str] | None = None,
        map: Mapping[str, str] | None = None,
        label: str | None = None,
        concurrency: int | None = None,
        grace: Duration = "5s",
        on_lost: Literal["retry", "fail"] = "retry",
    ) -> Callable[[F], F]: ...
    def task(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task; the function itself stays as it is. With or without parentheses.

        `inputs` maps arguments to datasets or params where the names differ; `outputs` names the datasets that are
        made (by default one, of the task's name); `after` names tasks that only come before; `foreach` (or `map`) makes
        one task run for every item; `when` is a function of params and datasets that says whether to run at all.
        """
        return self._decorate("task", function, options)

    def on_failure(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task that runs once when the run is failing. It may take `error`."""
        return self._decorate("on_failure", function, options)

    def finally_(self, function: Any = None, /, **options: Any) -> Any:
        """Make a function a task that runs last, however the run went, also after a cancel."""
        return self._decorate("finally", function, options)

    def _decorate(self, role: Role, function: Any, options: dict[str, Any]) -> Any:
        place = caller()

        def decorate(decorated: F) -> F:
            self.registrations.append(register(role, decorated, options, place))
            return decorated

        return decorate if function is None else decorate(function)

    def spec(self) -> PipelineSpec:
        """The definition as plain data, checked. Raises DefinitionError that tells every problem at once."""
        if self._spec is None or self._spec[0] != len(self.registrations):
            self._spec = (len(self.registrations), wiring.make_spec(self))
        return self._spec[1]

    @property
    def functions(self) -> dict[str, Callable[..., Any]]:
        """The function of every task, by the task's name."""
        return {one.name: one.function for one in self.registrations}

    @property
    def conditions(self) -> dict[str, Callable[..., Any]]:
        """The `when` function of every task that has one."""
        return {one.name: one.when for one in self.registrations if one.when is not None}

    def param_specs(self) -> dict[str, Any]:
        """Params as given: plain defaults made into Params."""
        return {
            name: given if isinstance(given, Param) else Param(wiring.type_of_default(given), given)
            for name, given in self.params.items()
        }
