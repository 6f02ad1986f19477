"""Looks into a project and makes all its nodes twice, as a worker does: `python contract.py PROJECT FOLDER`.

Printed is JSON: {"kedro", "definitions": {pipeline: [task]}, "outcomes": [[task, attempt, outcome, message]], "values":
{dataset: value}, "told": [[kind, dataset]], "plugins": [module]}. It needs Kedro alone, of any version from 1.0.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


class Sink:
    """Keeps what a node tells."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []

    def metric(self, name: str, value: float, unit: str | None) -> None:
        assert value >= 0, (name, unit)

    def progress(self, done: float, total: float | None) -> None: ...

    def event(self, kind: str, data: dict[str, Any]) -> None:
        self.told.append([kind, data["dataset"]])


def main(folder: Path, artifacts: Path) -> dict[str, Any]:
    """What came of it."""
    from penstock.integrations.kedro.bootstrap import preload

    preload(folder)
    from kedro import __version__

    from penstock.integrations.kedro.definitions import definitions
    from penstock.integrations.kedro.project import Project
    from penstock.model.artifact import Artifact
    from penstock.model.spec import to_json
    from penstock.ports.executor import Assignment, RunContext
    from penstock.worker.code import Run
    from penstock.worker.perform import perform
    from penstock.worker.values import Values

    specs = {spec.name: spec for spec in definitions(Project(folder))[0]}
    spec = specs["__default__"]
    code = {**to_json(spec.code), "asked": {"params": {"options.step": 3}, "selection": {}}}
    run_id = "38fyr00000000"
    context = RunContext(
        run_id, spec.name, spec.namespace, "v", "standard", {}, {}, code, str(artifacts), str(artifacts)
    )
    run, sink, refs, outcomes = Run(context), Sink(), {}, []
    for n in (1, 2):
        for name, task in spec.tasks.items():
            given = {
                argument: refs.get(source.name)
                for argument, source in task.inputs.items()
                if source.kind in ("dataset", "error")
            }
            if task.role != "task":
                given = {"error": {"json": None}}
            assignment = Assignment(
                f"1:{name}:{n}", run_id, name, None, None, n, 1, given, None, "run", None, 5.0, None, "log", ()
            )
            result = perform(run, assignment, sink, lambda _imported: None)
            outcomes.append([name, n, result.outcome, (result.error or {}).get("message")])
            refs.update(dict(result.outputs))
    stored = {name: Artifact.from_list(form) for name, form in refs.items()}
    values = Values(str(artifacts))
    return {
        "kedro": __version__,
        "definitions": {name: list(one.tasks) for name, one in specs.items()},
        "outcomes": outcomes,
        "values": {name: values.read(refs[name]) for name, one in stored.items() if one.kind == "json"},
        "kept": {name: json.loads(one.inline or "") for name, one in stored.items() if one.kind == "dataset"},
        "told": sink.told,
        "plugins": sorted(name for name in ("kedro_telemetry", "kedro_viz") if name in sys.modules),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
