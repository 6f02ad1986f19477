"""`.viz/kedro_pipeline_events.json`, the file by which Kedro-Viz 12.5 knows the last run.

Kedro-Viz itself writes it for whole runs with the SequentialRunner only. Of the same form, this one tells of all runs.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from penstock.errors import SettingsError
from penstock.integrations.kedro.happened import Happened, Node, Use, read
from penstock.store.connection import Connection

SWITCH: Final = "PENSTOCK_KEDRO_VIZ"
FOLDER: Final = ".viz"
FILE: Final = "kedro_pipeline_events.json"
_EVENT: Final = {"load": "after_dataset_loaded", "save": "after_dataset_saved"}


def is_wanted(environment: Mapping[str, str]) -> bool:
    """As PENSTOCK_KEDRO_VIZ says, `on` or `off`; else where Kedro-Viz is installed beside. Raises SettingsError."""
    word = environment.get(SWITCH, "").lower()
    if word not in ("", "on", "off"):
        raise SettingsError(f"{SWITCH} is '{word}'", cure="say on or off")
    return word == "on" or (word == "" and find_spec("kedro_viz") is not None)


def write_run(connection: Connection, key: int, project: Path) -> None:
    """Tell Kedro-Viz of a run that is over on record. Raises NotFound, OSError."""
    write(project, events_of(read(connection, key)))


def events_of(run: Happened) -> list[dict[str, Any]]:
    """The events of a run, in the order in which they happened."""
    started = {} if run.started_at is None else {"timestamp": run.started_at}
    made = [(use.at, _use(use)) for use in run.uses if not use.failed]
    made += [(node.ended_at, event) for node in run.nodes for event in _node(node)]
    # The sort keeps the order of what happened at the same time.
    between = [event for _, event in sorted(made, key=lambda each: each[0])]
    return [{"event": "before_pipeline_run", **started}, *between, *_end(run)]


def write(project: Path, events: Iterable[dict[str, Any]]) -> Path:
    """Put the events where Kedro-Viz looks for them, all at once; the file's path. Raises OSError."""
    folder = project / FOLDER
    folder.mkdir(exist_ok=True)
    text = json.dumps(list(events), indent=2).encode("utf-8", "replace")
    part = folder / f".{FILE}.{os.getpid()}-{secrets.token_hex(4)}"
    try:
        with open(part, "xb") as file:
            file.write(text)
        os.replace(part, folder / FILE)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return folder / FILE


def _use(use: Use) -> dict[str, Any]:
    size = {} if use.bytes is None else {"size": use.bytes}
    return {"event": _EVENT[use.operation], "dataset": use.dataset, "node_id": use.id, "status": "Available", **size}


def _node(node: Node) -> list[dict[str, Any]]:
    ended = {
        "event": "after_node_run", "node": node.name, "node_id": node.id, "duration": node.seconds,
        "status": "success" if node.trouble is None else "failed",
    }  # fmt: skip
    if node.trouble is None:
        return [ended]
    # Kedro-Viz takes the duration of a node from the first of these alone, and its error from the second.
    error = {
        "event": "on_node_error", "node": node.name, "node_id": node.id, "error": node.trouble.message,
        "timestamp": node.ended_at, "traceback": node.trouble.traceback,
    }  # fmt: skip
    return [ended, error]


def _end(run: Happened) -> list[dict[str, Any]]:
    if run.ended_at is None:
        return []
    if run.trouble is None:
        return [{"event": "after_pipeline_run", "timestamp": run.ended_at}]
    told = {"error": run.trouble.message, "timestamp": run.ended_at, "traceback": run.trouble.traceback}
    failed = [{**told, **_failed(run, use)} for use in run.uses if use.failed]
    if not failed or failed[-1]["error"] != told["error"]:
        # Of several, the last is taken for the error of the run.
        failed.append({**told, **_first_failure(run)})
    return [{"event": "on_pipeline_error", **each} for each in failed]


def _failed(run: Happened, use: Use) -> dict[str, Any]:
    node = next((node for node in run.nodes if node.name == use.node), None)
    where = {"dataset": use.dataset, "operation": use.doing, "node": use.node}
    if node is None:
        return where
    told = {} if node.trouble is None else {"error": node.trouble.message, "traceback": node.trouble.traceback}
    return {**where, "node_id": node.id, **told}


def _first_failure(run: Happened) -> dict[str, Any]:
    node = next((node for node in run.nodes if node.trouble is not None), None)
    return {} if node is None else {"node": node.name, "node_id": node.id}
