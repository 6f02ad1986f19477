"""The hooks of the recorder: what Kedro tells of a run goes into a spool, by one short line each.

They run in the user's process. So they import little, never raise, keep no data, and step aside at the first trouble.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from resource import RUSAGE_SELF, getrusage
from typing import Any, Final

from kedro.framework.hooks import hook_impl

from penstock.integrations.kedro.live import Live
from penstock.integrations.kedro.sizes import columns_of, rows_of
from penstock.worker.failures import describe, name_of

SWITCH: Final = "PENSTOCK_KEDRO"
_OFF: Final = ("off", "0", "false", "no")


def is_off() -> bool:
    """Is recording switched off by the environment?"""
    return os.environ.get(SWITCH, "").lower() in _OFF


class RecorderHooks:
    """For the entry point group `kedro.hooks`. Hooks before something run last, those after it first."""

    def __init__(self) -> None:
        self._live: list[Live] = []
        self._aside = False
        os.register_at_fork(after_in_child=self._be_a_child)

    def _be_a_child(self) -> None:
        try:
            for live in self._live:
                live.move()
        except Exception as error:
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        """Record nothing more in this process, and say so once."""
        if self._aside:
            return
        self._aside = True
        for live in self._live:
            live.leave()
        self._live = []
        told = f"{type(error).__name__}: {error}"
        logging.getLogger("penstock").warning("Penstock does not record this run any further (%s)", told)

    def _of(self, node: Any) -> Live | None:
        """The run that a node is run for, as far as can be told."""
        live = self._live[:]
        if len(live) == 1:
            return live[0]
        if self._aside:
            return None
        if not live:
            child = Live.of_parent() if not is_off() else None
            if child is not None:
                self._live.append(child)
            return child
        here = threading.get_ident()
        mine = [one for one in live if one.thread == here]
        known = mine or [one for one in live if node.name in one.nodes]
        return (known or live)[-1]

    # --- the run ---------------------------------------------------------------------------------------

    @hook_impl(trylast=True)
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Any, catalog: Any) -> None:
        if self._aside or is_off():
            return
        try:
            # In place, as runs of other threads come and go meanwhile.
            for one in [one for one in self._live if one.left_behind()]:
                self._live.remove(one)
            self._live.append(Live.begin(run_params, pipeline, catalog))
        except Exception as error:
            self._give_up(error)

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self, run_params: dict[str, Any]) -> None:
        self._end(run_params, None)

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self, error: Exception, run_params: dict[str, Any]) -> None:
        self._end(run_params, error)

    def _end(self, run_params: dict[str, Any], error: Exception | None) -> None:
        try:
            live = next((one for one in reversed(self._live) if one.params is run_params), None)
            if live is None:
                return
            self._live.remove(live)
            if error is None:
                live.write("end", time.time())
            else:
                live.write("error", time.time(), describe(error))
            live.leave()
        except Exception as trouble:
            self._give_up(trouble)

    # --- loads and saves -------------------------------------------------------------------------------

    @hook_impl(trylast=True)
    def before_dataset_loaded(self, dataset_name: str, node: Any) -> None:
        try:
            live = self._of(node)
            if live is not None:
                name = live.speaks(node)
                live.write("load", time.time(), name, dataset_name, *_used(live))
        except Exception as error:
            self._give_up(error)

    @hook_impl(tryfirst=True)
    def after_dataset_loaded(self, dataset_name: str, data: Any, node: Any) -> None:
        at = time.time()
        try:
            live = self._of(node)
            if live is not None:
                kind = name_of(type(data))
                live.write("loaded", at, node.name, dataset_name, kind, rows_of(data))
                live.measure_later(node.name, dataset_name)
        except Exception as error:
            self._give_up(error)

    @hook_impl(trylast=True)
    def before_dataset_saved(self, dataset_name: str, data: Any, node: Any) -> None:
        try:
            live = self._of(node)
            if live is not None:
                kind = name_of(type(data))
                live.write("save", time.time(), live.speaks(node), dataset_name, kind, rows_of(data), columns_of(data))
        except Exception as error:
            self._give_up(error)

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str, node: Any) -> None:
        at = time.time()
        try:
            live = self._of(node)
            if live is not None:
                live.write("saved", at, node.name, dataset_name, *live.measure(dataset_name, "save"), *_used(live))
        except Exception as error:
            self._give_up(error)

    # --- functions -------------------------------------------------------------------------------------

    @hook_impl(trylast=True)
    def before_node_run(self, node: Any, catalog: Any) -> None:
        try:
            live = self._of(node)
            if live is not None:
                name = live.speaks(node)
                live.catalog = catalog
                live.write_measures(name)
                live.write("run", time.time(), name, *_used(live))
        except Exception as error:
            self._give_up(error)

    @hook_impl(tryfirst=True)
    def after_node_run(self, node: Any) -> None:
        at = time.time()
        try:
            live = self._of(node)
            if live is not None:
                live.write("ran", at, live.ends(node), *_used(live))
        except Exception as error:
            self._give_up(error)

    @hook_impl(tryfirst=True)
    def on_node_error(self, error: Exception, node: Any) -> None:
        at = time.time()
        try:
            live = self._of(node)
            if live is not None:
                live.write("failed", at, live.ends(node), describe(error), *_used(live))
        except Exception as trouble:
            self._give_up(trouble)


def _used(live: Live) -> tuple[float, int]:
    """CPU seconds so far, of the thread where nodes share a process, else of all; the peak memory (ru_maxrss)."""
    used = getrusage(RUSAGE_SELF)
    return time.thread_time() if live.threads else used.ru_utime + used.ru_stime, used.ru_maxrss


recorder_hooks = RecorderHooks()
