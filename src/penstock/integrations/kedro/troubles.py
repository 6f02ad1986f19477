"""What is told of a Kedro project that can't be opened: where, what, and the cure."""

from __future__ import annotations

import os
import traceback
from pathlib import Path
from typing import Any, Final

from penstock.authoring import import_errors
from penstock.authoring.places import Place
from penstock.integrations.kedro.bootstrap import VARIABLE
from penstock.integrations.kedro.config_troubles import Conf, of_configuration
from penstock.integrations.kedro.package_troubles import cure_of_import, module_of, of_package, package_of
from penstock.integrations.kedro.setting_troubles import of_settings
from penstock.integrations.kedro.stated import SETTINGS, stated

#: Where Kedro sets up logging, when it is imported, and the functions that do it.
_LOGGING_CODE: Final = "kedro/framework/project/__init__.py"
_LOGGING: Final = ("__init__", "configure")


def described(error: BaseException, file: Path) -> dict[str, Any]:
    """Facts of a DefinitionError: message, cure, file, line (from 1), and the traceback of the project's frames.

    `file` is the project's pyproject.toml, where Kedro itself is the one who is not content.
    """
    project = file.parent
    told = import_errors.described(error, file)
    if _is_own(told["file"], file):
        told["message"] = told["message"].replace("importing this file raised", "opening this project raised", 1)
        told["cure"] = cure_of_import(error, project) or told["cure"]
        return told
    said = " ".join(str(error).split()) or type(error).__name__
    known = (
        of_package(error, said, project)
        or _of_settings(error, project)
        or _of_logging(error, said, project)
        or of_configuration(error, said, conf_of(project))
    )
    if known is not None:
        message, cure, place = known
        return {"message": message[: import_errors.MESSAGE], "cure": cure, "file": place.file, "line": place.line}
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    return {
        "message": f"Kedro can't open this project: {said}"[: import_errors.MESSAGE],
        "cure": missing and f"install {missing}, or run with the Python that has it",
        "file": str(file),
        "line": None,
        "traceback": told.get("traceback", ""),
    }


def _is_own(file: str | None, project: Path) -> bool:
    """Is it a file of the project that has raised, and not one of Kedro or a library?"""
    if file is None or file == str(project) or "site-packages" in file:
        return False
    return Path(file).is_relative_to(project.parent)


def conf_of(project: Path) -> Conf:
    """Where the configuration of a project is, as its settings say, and where they can't be read as it is written."""
    said = stated(package_of(project))
    try:
        from kedro.framework.project import settings

        known = dict(settings.CONFIG_LOADER_ARGS)
        source = str(settings.CONF_SOURCE)
    except Exception:  # of the project's own settings, or its configuration of logging
        known, source = {}, said.source
    base, default = known.get("base_env") or said.base, known.get("default_run_env") or said.default
    return Conf(project, project / source, str(base), str(default), module_of(project, SETTINGS))


def _of_settings(error: BaseException, project: Path) -> tuple[str, str | None, Place] | None:
    try:
        from kedro.framework.project import settings
    except Exception:  # of a configuration of logging with which Kedro can't be imported
        return None
    return of_settings(error, settings, module_of(project, SETTINGS))


def _of_logging(error: BaseException, said: str, project: Path) -> tuple[str, str | None, Place] | None:
    frames = traceback.extract_tb(error.__traceback__)
    if not any(frame.filename.endswith(_LOGGING_CODE) and frame.name in _LOGGING for frame in frames):
        return None
    asked = os.environ.get(VARIABLE)
    usual = (project / "conf" / f"logging{suffix}" for suffix in (".yml", ".yaml"))
    file = Path(asked) if asked else next((one for one in usual if one.is_file()), None)
    if file is None:
        return None
    mark = getattr(error, "problem_mark", None)
    cure = f"mend it, or unset {VARIABLE}" if asked else "mend it; without it Kedro logs as it does by itself"
    place = Place(str(file), None if mark is None else mark.line + 1)
    return f"logging can't be set up as this says: {said}", cure, place
