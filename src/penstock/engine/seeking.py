"""Asking for results of earlier runs: the question goes to another thread, the answer comes back to the engine's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from penstock.engine.reuse import Found, Seek
from penstock.engine.view import Sought, TaskRun

_Wanted = dict[TaskRun, Sought]


class Seeker:
    """Used by the engine's thread. `seek` None: there are no results. `post` runs a function in that thread; `touch`
    has the deciders look at a task run again.
    """

    def __init__(
        self, seek: Seek | None, post: Callable[[Callable[[], None]], None], touch: Callable[[TaskRun], None]
    ) -> None:
        self._seek: Final = seek
        self._post: Final = post
        self._touch: Final = touch

    def look(self, runs: list[TaskRun]) -> None:
        """Have what these task runs look for looked for; they are touched when that is known."""
        wanted: dict[str, _Wanted] = {}
        for run in runs:
            if run.sought is not None:
                wanted.setdefault(run.run.context.code.get("root", ""), {})[run] = run.sought
        for root, each in wanted.items():
            if self._seek is None:
                self._take(each, {})
            else:
                self._seek(sorted({sought.key for sought in each.values()}), root, self._answer(each))

    def _answer(self, wanted: _Wanted) -> Callable[[dict[str, Found]], None]:
        return lambda found: self._post(lambda: self._take(wanted, found))

    def _take(self, wanted: _Wanted, found: dict[str, Found]) -> None:
        for run, sought in wanted.items():
            sought.found, sought.answered = found.get(sought.key), True
            self._touch(run)
