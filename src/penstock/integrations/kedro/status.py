"""The answer of `GET /api/run-status`, as Kedro-Viz 12.5 gives it."""

from __future__ import annotations

from typing import Any

from penstock.integrations.kedro.happened import Happened, Trouble


def status(run: Happened) -> dict[str, Any]:
    """`nodes` and `datasets` by their ids, and `pipeline`. Durations in seconds, sizes in bytes (0: not known)."""
    return {"nodes": _nodes(run), "datasets": _datasets(run), "pipeline": _pipeline(run)}


def nothing() -> dict[str, Any]:
    """The answer where there is no run yet."""
    return status(Happened("", None, None, None, None, (), ()))


def _nodes(run: Happened) -> dict[str, Any]:
    return {
        node.id: {"status": _word(node.trouble), "duration": node.seconds, "error": _error(node.trouble)}
        for node in run.nodes
    }


def _datasets(run: Happened) -> dict[str, Any]:
    troubles = {node.name: node.trouble for node in run.nodes}
    found: dict[str, Any] = {}
    for use in run.uses:
        known = found.setdefault(use.id, {"name": use.dataset, "size": 0, "status": "success", "error": None})
        # What was saved last counts, else what was loaded first.
        if not use.failed and (use.operation == "save" or not known["size"]):
            known["size"] = use.bytes or 0
        if use.failed:
            trouble = troubles.get(use.node) or run.trouble or Trouble("", "")
            where = {"error_node": use.node, "error_operation": use.doing}
            known |= {"status": "failed", "error": {**_told(trouble), **where}}
    return found


def _pipeline(run: Happened) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "start_time": run.started_at,
        "end_time": run.ended_at,
        "duration": _seconds(run),
        "status": _word(run.trouble),
        "error": _error(run.trouble),
    }


def _seconds(run: Happened) -> float:
    return sum(node.seconds for node in run.nodes) if run.seconds is None else run.seconds


def _word(trouble: Trouble | None) -> str:
    return "success" if trouble is None else "failed"


def _error(trouble: Trouble | None) -> dict[str, str] | None:
    return None if trouble is None else _told(trouble)


def _told(trouble: Trouble) -> dict[str, str]:
    return {"message": trouble.message, "traceback": trouble.traceback}
