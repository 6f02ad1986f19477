"""The hooks of the end of a run as tasks: they run once, in a worker, when all nodes are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from penstock.integrations.kedro.project import Project
from penstock.model.spec import Role, Source, TaskSpec

#: Kind of these tasks; others of a Kedro project are of kind `kedro`.
KIND: Final = "kedro.hook"
#: The task's name, which is the hook's, and when it runs.
HOOKS: Final[Mapping[str, Role]] = {"on_pipeline_error": "on_failure", "after_pipeline_run": "finally"}


def closing_tasks(project: Project, nodes: Mapping[str, TaskSpec]) -> dict[str, TaskSpec]:
    """A task for each of these hooks that the project or one of its plug-ins has."""
    return {
        name: TaskSpec(
            name,
            kind=KIND,
            inputs={"error": Source("error", "error")},
            role=role,
            description=f"The project's hooks {name}",
        )
        for name, role in HOOKS.items()
        if project.implements(name) and name not in nodes
    }
