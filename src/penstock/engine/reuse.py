"""Results of earlier runs: which tasks take them, which give theirs, and what makes two task runs the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

from penstock.engine.plan import PlannedTask
from penstock.engine.view import RunView, Sought, TaskRun
from penstock.model.run_types import meaning_of

#: The reason of task runs whose outputs are those of another run.
CACHED: Final = "cached"
#: Changes when keys are made in another way: results that were kept under the old ones are not found any more.
_WAY: Final = 1


class Unknown(Exception):
    """Of an input nobody knows whether it is still the same."""


class Found(NamedTuple):
    """A result of an earlier run that is there and whole. `made_at`: seconds since 1970."""

    run_key: int
    made_at: float
    artifacts: list[Any]  # of store.rows.NewArtifact


#: Looks for results by their keys, in another thread, and calls the last argument with those that were found. The
#: second one is the root of the project, where that keeps datasets.
Seek: TypeAlias = Callable[[list[str], str, Callable[[dict[str, Found]], None]], None]


def takes(view: RunView, task: PlannedTask) -> bool:
    """Does a task of this run take results of earlier ones? What a person runs again runs."""
    how = meaning_of(view.type).takes
    if how == "none" or view.refresh or view.generation > 1:
        return False
    return _may(task) and (task.spec.cache == "inputs" or how == "all")


def gives(view: RunView, task: PlannedTask) -> bool:
    """Are results of a task of this run kept for later ones? Not where other code makes them than its version tells."""
    meaning = meaning_of(view.type)
    if not meaning.gives or "now" in view.context.code:
        return False
    return _may(task) and (task.spec.cache == "inputs" or meaning.takes == "all")


def _may(task: PlannedTask) -> bool:
    spec = task.spec
    return spec.role == "task" and spec.cache != "never" and spec.trigger != "one_failed"


def fits(run: TaskRun, sought: Sought, now: float) -> Found | None:
    """What was found, if it has all that the task makes and is not too old."""
    found: Found | None = sought.found
    if found is None or not {one.dataset for one in found.artifacts} >= set(run.task.spec.outputs):
        return None
    ttl = run.task.spec.cache_ttl
    return found if ttl is None or now - found.made_at <= ttl else None


def result_key(view: RunView, run: TaskRun) -> str | None:
    """What a task run's result is kept under, once all before it is over; None where that can't be told.

    It stands for the task and its code, and for all that it and its condition read: the parameters by their values,
    datasets by their digests. Of a fan-out only the items have one.
    """
    spec, plan = run.task.spec, view.plan
    if run.task.items and run.parent is None:
        return None
    code = spec.digest or (plan.spec.code.digest if plan.spec.code else "") or plan.version
    try:
        inputs = {argument: _told(view, ref) for argument, ref in _inputs(view, run).items()}
        reads = {argument: source.name for argument, source in spec.inputs.items() if source.kind != "param"}
        when = None
        if run.task.conditions is not None:
            when = {argument: _dataset(view, name) for argument, name in run.task.conditions}
    except Unknown:
        return None
    sources = {**(spec.when or {}), **spec.inputs}
    params = {source.name: view.params.get(source.name) for source in sources.values() if source.kind == "param"}
    outer = (plan.spec.namespace, plan.spec.name, spec.name, spec.kind, spec.call)
    parts = [_WAY, outer, code, spec.outputs, reads, inputs, when, params]
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _inputs(view: RunView, run: TaskRun) -> dict[str, Any]:
    """What stands for the arguments that are no parameters."""
    found = {argument: _value(view, dataset) for argument, dataset in run.task.reads}
    return {**found, **(run.item or {})}


def _dataset(view: RunView, name: str) -> Any:
    return _told(view, _value(view, name))


def _value(view: RunView, dataset: str) -> Any:
    """The reference of a dataset; of one that the project keeps and no task makes, what was seen of it."""
    if dataset in view.values:
        return view.values[dataset]
    if dataset in view.plan.spec.datasets and view.plan.spec.producer(dataset) is None:
        return {"seen": view.seen.get(dataset)}
    return None


def _told(view: RunView, ref: Any) -> Any:
    """What is the same for two references exactly when their values are. Raises Unknown."""
    if ref is None:
        return None
    if isinstance(ref, list):
        kind, inline, _, _, digest, *_ = ref
        if kind == "dataset":
            # Kept by the project, in a place that anybody may write to: its stamp says what was saved there.
            stamp = json.loads(inline or "{}").get("stamp")
            return {"dataset": inline} if stamp else _unknown()
        return [kind, digest or inline]
    if "json" in ref:
        return ref
    if "list" in ref:
        return [_told(view, one) for one in ref["list"]]
    if "digest" in ref:
        return {"digest": ref["digest"]}
    if "item" in ref:
        return {"item": _told(view, ref["item"]), "at": ref["at"]}
    return ref if ref.get("seen") else _unknown()


def _unknown() -> Any:
    raise Unknown
