"""Environments of Kedro projects: the folders of their configuration. Every version is of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from penstock.authoring.discovery import Discovery
from penstock.authoring.project import KEDRO_PROJECT
from penstock.model.spec import CodeRef

#: What is there in all environments, and where those without a word of configuration of their own read it.
_BASE: Final = "base"


def environment_of(code: CodeRef | None) -> str | None:
    """The environment that a version is of; None where there are no environments."""
    if code is None or code.file != KEDRO_PROJECT:
        return None
    name: str | None = code.options.get("env")
    return name


def environments_of(code: CodeRef | None) -> list[str]:
    """All environments of the project that a version is of, in order; none where its folder can't be read."""
    if code is None or environment_of(code) is None:
        return []
    try:
        folders = [one.name for one in Path(code.root, "conf").iterdir() if one.is_dir()]
    except OSError:
        return []
    return sorted(name for name in folders if name != _BASE and not name.startswith((".", "_")))


def look(code: CodeRef, pipeline: str, env: str) -> Discovery:
    """A look into a project, for a version of one of its pipelines that is of this environment."""
    return Discovery([Path(code.root, code.file)], pipeline, ["--env", env])
