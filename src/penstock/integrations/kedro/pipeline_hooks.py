"""The hooks that Kedro calls once a run, for a run whose nodes are made in several processes."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any, Final

from penstock.integrations.kedro.project import Project
from penstock.ports.executor import RunContext

_BEFORE: Final = "before_pipeline_run"
#: Keys of Kedro's `run_params` by the words of a selection of ours.
_SELECTION: Final = {"from": "from_nodes", "to": "to_nodes", "only": "node_names", "tags": "tags"}


class RunFailed(Exception):
    """What `on_pipeline_error` is told where the exception itself was raised in another process.

    Its text is that exception's class and message; `traceback` is as the worker told it.
    """

    def __init__(self, message: str, traceback: str) -> None:
        super().__init__(message)
        self.traceback = traceback


class PipelineHooks:
    """Calls `before_pipeline_run` in the first worker of a run, and the hooks of its end where they are asked for."""

    def __init__(self, project: Project, pipeline: Any, catalog: Any, context: RunContext) -> None:
        self._project = project
        self._catalog = catalog
        self._mark = Path(context.artifacts, context.run_id, "before_pipeline_run.json")
        asked = context.code.get("asked", {})
        self._params = _run_params(project, context, asked)
        self._pipeline = _sliced(pipeline, asked.get("selection") or {})

    def before(self) -> None:
        """Call `before_pipeline_run`, unless another worker of this run has; what that put into the environment, also
        comes here, as it would reach the processes of ParallelRunner. Raises what the hooks raise.
        """
        if not self._project.implements(_BEFORE):
            return
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        with open(self._mark, "a+", encoding="utf-8") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX)
            mark.seek(0)
            told = mark.read()
            if told:
                _take_environment(json.loads(told))
                return
            known = dict(os.environ)
            self._project.hooks.hook.before_pipeline_run(
                run_params=self._params, pipeline=self._pipeline, catalog=self._catalog
            )
            mark.write(json.dumps(_changes(known, dict(os.environ))))

    def end(self, name: str, error: dict[str, Any] | None) -> None:
        """Call `after_pipeline_run` if the run went well, `on_pipeline_error` if it did not."""
        known = {"run_params": self._params, "pipeline": self._pipeline, "catalog": self._catalog}
        hooks = self._project.hooks.hook
        if name == "on_pipeline_error":
            told = error or {}
            text = f"{told.get('type', 'Exception')}: {told.get('message', '')}"
            hooks.on_pipeline_error(error=RunFailed(text, told.get("traceback", "")), **known)
        elif error is None:
            result = {output: self._catalog.get(output) for output in self._pipeline.outputs()}
            hooks.after_pipeline_run(run_result=result, **known)


def _run_params(project: Project, context: RunContext, asked: dict[str, Any]) -> dict[str, Any]:
    from kedro import __version__

    selection = asked.get("selection") or {}
    return {
        "run_id": context.run_id,
        "project_path": project.folder.as_posix(),
        "env": project.env,
        "kedro_version": __version__,
        **{theirs: selection.get(ours) for ours, theirs in _SELECTION.items()},
        "from_inputs": None,
        "to_outputs": None,
        "load_versions": None,
        "runtime_params": project.runtime_params,
        "pipeline_name": context.pipeline,
        "pipeline_names": [context.pipeline],
        "namespaces": None,
        "runner": "penstock",
        "only_missing_outputs": False,
    }


def _sliced(pipeline: Any, selection: dict[str, list[str]]) -> Any:
    if not selection:
        return pipeline
    return pipeline.filter(**{_SELECTION[part]: names for part, names in selection.items() if part in _SELECTION})


def _changes(before: dict[str, str], after: dict[str, str]) -> dict[str, str | None]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: after.get(name) for name in names}


def _take_environment(changes: dict[str, str | None]) -> None:
    for name, value in changes.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
