"""A Kedro run begins: what is known of it, its spool, and the process that reads that."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from penstock.authoring.home import find_home
from penstock.integrations.kedro import given, spool
from penstock.integrations.kedro.sketch import params_of, sketch
from penstock.integrations.kedro.told import covered, covered_command
from penstock.model.ids import new_key, run_id

#: Our words for Kedro's `run_params` that choose a part of a pipeline.
_PARTS: Final = {
    "from": "from_nodes", "to": "to_nodes", "only": "node_names", "tags": "tags", "namespaces": "namespaces",
    "from_inputs": "from_inputs", "to_outputs": "to_outputs",
}  # fmt: skip
_OBJECT: Final = re.compile(r"<(?:\w+\.)*(\w+) object at ")
SEQUENTIAL: Final = "SequentialRunner"


def head_of(run_params: Mapping[str, Any], pipeline: Any, catalog: Any, runner: Any) -> dict[str, Any]:
    """What is known of a run before it begins, as plain JSON without secrets. `runner`: None where it isn't known."""
    at = time.time()
    key = new_key(at)
    project = str(run_params.get("project_path") or os.getcwd())
    selection = _selection(run_params)
    # Kedro's command hands them on in any order, and they are one pipeline.
    names = sorted(_pipelines(run_params))
    whole = _whole(names, pipeline) if selection else pipeline
    drawn = sketch(whole, catalog, params_of(catalog), project)
    drawn["params"] = covered(drawn["params"])
    return {
        "id": run_id(key),
        "key": key,
        "at": at,
        "pid": os.getpid(),
        "pid_started": own_start(),
        "project": project,
        "namespace": _package(project),
        "pipeline": "+".join(names),
        "nodes": [node.name for node in pipeline.nodes] if selection else None,
        "drawn": drawn,
        "selection": selection,
        "facts": _facts(run_params, runner, project, names),
    }


def _selection(run_params: Mapping[str, Any]) -> dict[str, list[str]] | None:
    parts = {word: _texts(run_params.get(key)) for word, key in _PARTS.items()}
    if run_params.get("only_missing_outputs"):
        parts["only_missing_outputs"] = ["true"]
    return {word: names for word, names in parts.items() if names} or None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, Iterable) else []


def _pipelines(run_params: Mapping[str, Any]) -> list[str]:
    return _texts(run_params.get("pipeline_names")) or _texts(run_params.get("pipeline_name")) or ["__default__"]


def _whole(names: list[str], pipeline: Any) -> Any:
    """The registered pipelines before they were cut; what is run, where they are not registered."""
    try:
        from kedro.framework.project import pipelines

        whole = pipelines[names[0]]
        for name in names[1:]:
            whole = whole + pipelines[name]
    except Exception:  # somebody's own session
        return pipeline
    known = {node.name for node in whole.nodes}
    return whole if all(node.name in known for node in pipeline.nodes) else pipeline


def _facts(run_params: Mapping[str, Any], runner: Any, project: str, names: list[str]) -> dict[str, Any]:
    facts = {
        "runner": type(runner).__name__ if hasattr(runner, "run") else runner_of(run_params.get("runner")),
        "async": bool(getattr(runner, "_is_async", False)),
        "command": _command(),
        "env": run_params.get("env") or _default_env(),
        "kedro_version": run_params.get("kedro_version"),
        "kedro_run_id": run_params.get("run_id") or run_params.get("session_id"),
        "project": project,
        "recorded_by": "kedro",
    }
    if len(names) > 1:
        facts["pipelines"] = names
    if run_params.get("load_versions"):
        facts["load_versions"] = dict(run_params["load_versions"])
    return facts


def runner_of(told: Any) -> str:
    """The class of a runner as Kedro tells it: by its name, or by the text of the object."""
    text = str(told)
    found = _OBJECT.match(text)
    name = found.group(1) if found else text
    return SEQUENTIAL if name in ("None", "") else name.rpartition(".")[2]


def _default_env() -> str | None:
    """The environment of the configuration that Kedro takes where none is named."""
    try:
        from kedro.framework.project import settings

        found = settings.CONFIG_LOADER_ARGS.get("default_run_env")
    except Exception:  # somebody's own settings
        return None
    return found if isinstance(found, str) else None


def _command() -> str:
    if given.words is not None:
        return covered_command(["kedro", *given.words])
    if _is_notebook():
        return "notebook"
    return covered_command([os.path.basename(sys.executable), *sys.argv])


def _is_notebook() -> bool:
    """Does IPython run what runs here? Libraries for plots import it wherever they are."""
    ask = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return ask is not None and ask() is not None


def _package(project: str) -> str:
    try:
        from kedro.framework.project import PACKAGE_NAME
    except ImportError:
        return Path(project).name
    return PACKAGE_NAME or Path(project).name


def own_start() -> int | None:
    """When this process started, in clock ticks since boot (field 22 of /proc/self/stat, proc_pid_stat(5))."""
    try:
        with open("/proc/self/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except OSError:
        return None


def make_spool(head: Mapping[str, Any]) -> spool.Spool:
    """The spool of a run, in the home that is nearest to the project. Raises OSError."""
    home = find_home(Path(head["project"]), os.environ)
    if not home.is_dir():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / ".gitignore").write_text("*\n", encoding="ascii")
    folder = home / spool.FOLDER / head["id"]
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    return spool.make(str(folder), dict(head))
