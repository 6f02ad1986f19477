"""Environments of Kedro projects: the folders of their configuration. Every version is of one of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from penstock.authoring.discovery import Discovery
from penstock.authoring.project import KEDRO_PROJECT
from penstock.errors import DefinitionError
from penstock.model.spec import CodeRef

#: Options of a version's code that tell where its configuration is, and the environment below all others, which those
#: without a word of configuration of their own read as it is; with what is so where they are not there.
CONF_OPTION: Final = "conf"
BASE_OPTION: Final = "base_env"
_USUAL: Final = {CONF_OPTION: "conf", BASE_OPTION: "base"}


def environment_of(code: CodeRef | None) -> str | None:
    """The environment that a version is of; None where there are no environments."""
    if code is None or code.file != KEDRO_PROJECT:
        return None
    name: str | None = code.options.get("env")
    return name


def environments_of(code: CodeRef | None) -> list[str]:
    """All environments of the project that a version is of, in order; none where its folder can't be read.

    The one below all others counts where the version is of it.
    """
    own = environment_of(code)
    if code is None or own is None:
        return []
    try:
        folders = [one.name for one in Path(code.root, folder_of(code)).iterdir() if one.is_dir()]
    except OSError:
        return []
    base = code.options.get(BASE_OPTION, _USUAL[BASE_OPTION])
    return sorted(name for name in folders if name == own or (name != base and not name.startswith((".", "_"))))


def folder_of(code: CodeRef) -> str:
    """The folder whose folders are the environments, from the project's own."""
    return os.fspath(code.options.get(CONF_OPTION, _USUAL[CONF_OPTION]))


def check_there(code: CodeRef | None) -> None:
    """Raise DefinitionError where the environment that a version is of is gone from its project."""
    env = environment_of(code)
    if code is None or env is None:
        return
    conf = Path(code.root, folder_of(code))
    if conf.is_dir() and not (conf / env).is_dir():
        raise DefinitionError(
            f"environment '{env}', which the run is of, is gone: there is no folder {folder_of(code)}/{env}/",
            cure=f"put it back, or start a new run: environments are {', '.join(environments_of(code)) or 'none'}",
        )


def look(code: CodeRef, pipeline: str, env: str) -> Discovery:
    """A look into a project, for a version of one of its pipelines that is of this environment."""
    return Discovery([Path(code.root, code.file)], pipeline, ["--env", env])
