"""Views of runs from what was asked for, or from their record: what compose.planner does with a database."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from penstock.engine.plan import Plan
from penstock.engine.reopen import reopen
from penstock.engine.replay import keep_outputs
from penstock.engine.request import RunRequest, chosen_tasks, new_view
from penstock.engine.restore import Restored, restore
from penstock.engine.view import RunView
from penstock.errors import NotFound
from penstock.model import graph, ids, params
from penstock.model.run_types import UNCOUNTED
from penstock.ports.executor import RunContext
from penstock.store.rows import NewRun
from penstock.store.slots import PIPELINE, TAG, Want
from tests.simulation.graphs import TAGS
from tests.simulation.ledger import Ledger


class Planner:
    """Plans runs of the pipeline of a history; nothing is written."""

    def __init__(self, ledger: Ledger, plans: list[Plan]) -> None:
        self._ledger = ledger
        self.plans = {plan.version: plan for plan in plans}
        self.latest = plans[-1]

    def wants(self, tags: list[str]) -> list[Want]:
        """The slots that a run needs: the limit of the latest version counts."""
        limit = self.latest.spec.concurrency
        wants = [] if limit is None else [Want(f"{PIPELINE}default/p", limit.runs, limit.full)]
        return wants + [Want(TAG + tag, TAGS[tag].runs, TAGS[tag].full) for tag in TAGS if tag in tags]

    def view(self, plan: Plan, request: RunRequest, key: int, at: float) -> RunView:
        """A run that has not started. Raises PenstockError."""
        values = params.resolve(plan.spec.params, request.params, request.texts)
        chosen = chosen_tasks(plan, request)
        given, source = self._given(plan, chosen, request)
        view = new_view(plan, _context(plan, request.type, values, key), request, at, chosen=chosen, given=given)
        if view.selection is not None and source is not None:
            view.selection["from_run"] = [ids.run_id(source)]
        if request.replay_of is not None:
            view.replay_of = ids.key_of(request.replay_of)
            if request.replay_from is not None:
                keep_outputs(view, self._ledger.stored(view.replay_of), request.replay_from, at)
                view.selection = {**(view.selection or {}), "replay_from": [request.replay_from]}
        return view

    def asked(self, key: int) -> RunView:
        """The run that a row asks for. Raises PenstockError."""
        row = self._ledger.runs[key]
        return self.view(self.plans[row.version], request_of(row), key, row.created_at / 1e6)

    def restored(self, key: int, values: dict[str, Any] | None = None) -> Restored:
        """A run as it stands on record, or with other params."""
        stored = self._ledger.stored(key)
        plan, request = self.plans[stored.run.version], request_of(stored.run)
        given, _ = self._given(plan, chosen_tasks(plan, request), request)
        values = json.loads(stored.run.params) if values is None else values
        return restore(stored, plan, _context(plan, stored.run.type, values, key), given=given)

    def reopened(self, key: int, arguments: dict[str, Any], by: str | None, at: float) -> RunView:
        """A run that is over, ready for its next generation. Raises PenstockError."""
        row = self._ledger.runs[key]
        before = json.loads(row.params)
        edited = arguments.get("params") or {}
        values = params.resolve(self.plans[row.version].spec.params, {**before, **edited}, {})
        if not self._ledger.is_begun(key):
            return self._begun_anew(row, values, by)
        view = self.restored(key, values).view
        view.edited = values != before
        reopen(view, arguments.get("task"), at, {"by": by})
        return view

    def _begun_anew(self, row: NewRun, values: dict[str, Any], by: str | None) -> RunView:
        view = self.view(
            self.plans[row.version], replace(request_of(row), params=values), row.key, row.created_at / 1e6
        )
        view.state, view.stored_version, view.edited = row.state, row.row_version, True
        view.generation = row.generation + 1
        for run in view.task_runs:
            run.generation = view.generation
        view.again = {"generation": view.generation, "from": None, "by": by}
        return view

    def _given(self, plan: Plan, chosen: set[str] | None, request: RunRequest) -> tuple[dict[str, Any], int | None]:
        needed = set() if chosen is None else graph.needs(plan.spec, chosen)
        if not needed:
            return {}, None
        key = self._latest(needed) if request.from_run is None else ids.key_of(request.from_run)
        found = {} if key is None else self._outputs(key)
        if not needed <= found.keys():
            raise NotFound(f"the slice needs {needed - found.keys()}")
        return {name: found[name] for name in needed}, key

    def _latest(self, needed: set[str]) -> int | None:
        """The latest run that went well and made these."""
        good = [row.key for row in self._ledger.runs.values() if row.state == "succeeded" and row.type not in UNCOUNTED]
        return max((key for key in good if needed <= self._outputs(key).keys()), default=None)

    def _outputs(self, key: int) -> dict[str, Any]:
        stored = self._ledger.stored(key)
        plan = self.plans[stored.run.version]
        return restore(stored, plan, _context(plan, stored.run.type, {}, key), given={}).view.values


def request_of(row: NewRun) -> RunRequest:
    """What the row of a run asks for."""
    parts = json.loads(row.selection) if row.selection else {}
    options = json.loads(row.options) if row.options else {}
    return RunRequest(
        params=json.loads(row.params),
        tags=tuple(json.loads(row.tags)),
        type=row.type,
        from_=tuple(parts.get("from", ())),
        to=tuple(parts.get("to", ())),
        only=tuple(parts.get("only", ())),
        from_run=next(iter(parts.get("from_run", ())), None),
        replay_of=None if row.replay_of is None else ids.run_id(row.replay_of),
        replay_from=next(iter(parts.get("replay_from", ())), None),
        refresh=bool(options.get("refresh")),
        breakpoints=tuple(options.get("breakpoints", ())),
    )


def _context(plan: Plan, type_: str, values: dict[str, Any], key: int) -> RunContext:
    return RunContext(ids.run_id(key), "p", "default", plan.version, type_, values, {}, {}, "/artifacts", "/logs")
