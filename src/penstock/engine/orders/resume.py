from __future__ import annotations

from dataclasses import replace
from typing import Any

from penstock.engine.approvals import APPROVAL
from penstock.engine.orders.order import Hands
from penstock.engine.rules.one_by_one import next_task
from penstock.engine.view import RunView
from penstock.errors import TransitionError
from penstock.model import params
from penstock.model.run_types import meaning_of
from penstock.store.commands import Command


def obey(hands: Hands, view: RunView, command: Command) -> None:
    """`resume {step, params, texts}`: the run goes on, whatever it rested for.

    One of type debug goes on with other `params`, and with `step` it rests again before the next task.
    """
    if view.paused is None and view.reason == APPROVAL:
        raise TransitionError("the run waits for the answer of a person", cure="approve or reject it")
    told = command.arguments
    go_on(hands, view, bool(told.get("step")), told.get("params") or {}, told.get("texts") or {}, command.by)


def go_on(
    hands: Hands, view: RunView, step: bool, given: dict[str, Any], texts: dict[str, str], by: str | None
) -> None:
    """Let a run go on. Raises TransitionError, ParameterError; then nothing has changed."""
    if (step or given or texts) and not meaning_of(view.type).alone:
        raise TransitionError(
            "only a run of type debug goes on by steps, or with other params", cure="retry or replay the run with them"
        )
    if given or texts:
        _change_params(hands, view, params.resolve(view.plan.spec.params, {**view.params, **given}, texts), by)
    run = view.before or (next_task(view) if view.paused == "breakpoint" else None)
    if run is not None:
        view.passed.add(run.seq)
    view.rearranged = view.rearranged or run is not None or view.stepping != step
    view.before, view.paused, view.stepping = None, None, step
    hands.stir(view)


def _change_params(hands: Hands, view: RunView, values: dict[str, Any], by: str | None) -> None:
    changed = {name: value for name, value in values.items() if value != view.params.get(name)}
    if not changed:
        return
    if view.live:
        raise TransitionError(
            "a task of it still runs, with the params of before", cure="wait for its end, and ask again"
        )
    before = {name: view.params.get(name) for name in changed}
    code = view.context.code
    if "asked" in code:  # what loaders of other tools' projects are told
        asked = code["asked"]
        code = {**code, "asked": {**asked, "params": {**asked.get("params", {}), **changed}}}
    view.params, view.edited = values, True
    view.context = replace(view.context, params=values, code=code)
    hands.out.mark_run(view)
    hands.out.event(
        view, None, None, hands.clock(), "params_changed", {"by": by, "params": changed, "params_before": before}
    )
    # Nothing of it runs now: those who run its tasks get to know it anew.
    hands.executor.forget(view.id)
    hands.executor.prepare(view.context)
