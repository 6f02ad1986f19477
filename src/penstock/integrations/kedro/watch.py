"""Watching one node at a time: what it loads and saves, for how long, and where it fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Container
from typing import Any, NamedTuple

from kedro.framework.hooks import hook_impl

from penstock.integrations.kedro.ids import is_param
from penstock.integrations.kedro.sizes import rows_of


class Done(NamedTuple):
    """A load or save that ended well. `seconds` are those of the dataset alone, without hooks."""

    operation: str
    dataset: str
    seconds: float
    rows: int | None


class Watch:
    """Hooks of ours around those of the project: nearest to the work itself, so that only this is counted.

    `saved` is called with (name in the catalogue, value) when a dataset was saved. `between` names datasets that only
    go from node to node: Kedro logs every load and save, and theirs would be most of a log.
    """

    def __init__(
        self,
        saved: Callable[[str, Any], None],
        between: Container[str] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._saved = saved
        self._between = between
        self._clock = clock
        self._log = logging.getLogger("kedro.io.data_catalog")
        self.begin()

    def begin(self) -> None:
        """A node begins."""
        self._since = self._began = self._clock()
        #: What is being done: (operation, dataset).
        self.doing: tuple[str, str] | None = None
        self.seconds = {"load": 0.0, "function": 0.0, "save": 0.0}
        self.done: list[Done] = []

    def end(self, generator: bool) -> None:
        """The node is over. A generator works while its outputs are saved, so its work is what is left of the time."""
        self._log.disabled = False
        if generator:
            spent = self._clock() - self._began
            self.seconds["function"] = max(0.0, spent - self.seconds["load"] - self.seconds["save"])

    @hook_impl(trylast=True)
    def before_dataset_loaded(self, dataset_name: str) -> None:
        """A load begins."""
        self.doing = "load", dataset_name
        self._log.disabled = dataset_name in self._between
        self._since = self._clock()

    @hook_impl(tryfirst=True)
    def after_dataset_loaded(self, dataset_name: str, data: Any) -> None:
        """A load is over."""
        self._take("load", dataset_name, data)

    @hook_impl(trylast=True)
    def before_node_run(self) -> None:
        """The function begins."""
        self._since = self._clock()

    @hook_impl(tryfirst=True)
    def after_node_run(self) -> None:
        """The function is over."""
        self.seconds["function"] += self._clock() - self._since

    @hook_impl(tryfirst=True)
    def on_node_error(self) -> None:
        """The function failed."""
        self.after_node_run()

    @hook_impl(trylast=True)
    def before_dataset_saved(self, dataset_name: str) -> None:
        """A save begins."""
        self.doing = "save", dataset_name
        self._log.disabled = dataset_name in self._between
        self._since = self._clock()

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """A save is over."""
        self._take("save", dataset_name, data)
        self._saved(dataset_name, data)

    def _take(self, operation: str, name: str, data: Any) -> None:
        seconds = self._clock() - self._since
        self._log.disabled = False
        self.seconds[operation] += seconds
        self.doing = None
        if not is_param(name):
            self.done.append(Done(operation, name, seconds, rows_of(data)))
