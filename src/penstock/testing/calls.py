"""The functions of a pipeline under test: where the inline executor finds them, and what they raised."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from penstock.authoring.current import run
from penstock.authoring.pipeline import Pipeline
from penstock.model.spec import CodeRef
from penstock.ports.executor import RunContext
from penstock.testing.results import Raised
from penstock.worker.code import Code, Run

_Function = Callable[..., Any]

_numbers: Final = itertools.count(1)
#: Those of the runs that are under way, by the number that their definition names.
_under_way: Final[dict[int, Calls]] = {}


class Calls:
    """Functions and conditions of a pipeline, which may be a variable of any function. `answers` are those of people,
    by the name of the approval.

    `raised` has what the last try of a task (and item) raised. `stopped` is what no task may catch on behalf of the
    test: Ctrl-C, or the word of pytest that the test is over; `on_stop` is called then.
    """

    def __init__(self, pipeline: Pipeline, answers: Mapping[str, Any]) -> None:
        self.raised: dict[tuple[str | None, int | None], Raised] = {}
        self.stopped: BaseException | None = None
        self.on_stop: Callable[[], None] = lambda: None
        self.answers: Final = answers
        self.code: Final = Code(pipeline)
        given = {name: _giving(answer) for name, answer in answers.items()}
        self.code.functions = {name: self._heard(each) for name, each in {**pipeline.functions, **given}.items()}
        self.code.conditions = {name: self._heard(each) for name, each in pipeline.conditions.items()}

    def _heard(self, function: _Function) -> _Function:
        def call(**arguments: Any) -> Any:
            place = run.task, run.map_index
            self.raised.pop(place, None)
            try:
                return function(**arguments)
            except BaseException as error:
                trace = error.__traceback__
                self.raised[place] = Raised(error, trace and trace.tb_next)  # from the user's function on
                if not isinstance(error, Exception | SystemExit):
                    self.stopped = error
                    self.on_stop()
                raise

        return call

    @contextmanager
    def found(self) -> Iterator[CodeRef]:
        """While inside, whoever runs a definition with this code calls these functions."""
        number = next(_numbers)
        _under_way[number] = self
        try:
            yield CodeRef("", "", "", "", loader=__name__, options={"number": number})
        finally:
            del _under_way[number]


class _Tested(Run):
    """A run whose code is here already."""

    def __init__(self, context: RunContext, code: Code) -> None:
        super().__init__(context)
        self._code = code


def load(context: RunContext) -> Run:
    """The tasks of a run (worker.code.Loaded)."""
    return _Tested(context, _under_way[context.code["options"]["number"]].code)


def _giving(value: Any) -> _Function:
    def given() -> Any:
        return value

    return given


def giving(name: str, namespace: str, values: Mapping[str, Any]) -> Pipeline:
    """A pipeline that makes these datasets."""
    pipeline = Pipeline(name, namespace=namespace)
    for dataset, value in values.items():
        pipeline.task(_giving(value), name=dataset)
    return pipeline
