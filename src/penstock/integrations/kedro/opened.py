"""The project that this process has open before a run of it begins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penstock.integrations.kedro.project import Project

_ahead: Project | None = None


def ahead(folder: Path, env: str | None) -> Project:
    """The project, open for no run yet; it stays so for the run that will `take` it. Raises as Project does."""
    global _ahead
    if _ahead is None or not _fits(_ahead, folder, env):
        _ahead = Project(folder, env)
    return _ahead


def take(folder: Path, env: str | None, runtime_params: Mapping[str, Any]) -> Project:
    """The project for a run: the one that is open if it is of the same environment, and then for this run only.

    Raises as Project does.
    """
    global _ahead
    known, _ahead = _ahead, None
    if known is not None and not runtime_params and _fits(known, folder, env):
        return known
    return Project(folder, env, runtime_params)


def _fits(project: Project, folder: Path, env: str | None) -> bool:
    # None means the project's default; the code of a pipeline names that.
    return project.folder == folder and env in (project.asked_env, project.env)
