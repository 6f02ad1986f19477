"""What is told of a Kedro project that can't be opened: where, what, and the cure."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any, Final

from penstock.authoring import import_errors
from penstock.integrations.kedro.config_troubles import of_configuration

#: Where Kedro asks a project for its pipelines.
_REGISTRY_CODE: Final = "kedro/framework/project/__init__.py"


def described(error: BaseException, file: Path) -> dict[str, Any]:
    """Facts of a DefinitionError: message, cure, file, line (from 1), and the traceback of the project's frames.

    `file` is the project's pyproject.toml, where Kedro itself is the one who is not content.
    """
    told = import_errors.described(error, file)
    own = told["file"] is not None and Path(told["file"]).is_relative_to(file.parent)
    if own and "site-packages" not in str(told["file"]):
        told["message"] = told["message"].replace("importing this file raised", "opening this project raised", 1)
        return told
    said = " ".join(str(error).split()) or type(error).__name__
    known = of_configuration(said, file.parent / _conf_source())
    if known is not None:
        return known
    if _is_of_registry(error, said):
        registry = registry_of(file.parent)
        cure = "let register_pipelines() return a dict of pipelines by name"
        return {"message": f"Kedro finds no pipelines: {said}", "cure": cure, "file": registry, "line": None}
    return {
        "message": f"Kedro can't open this project: {said}"[: import_errors.MESSAGE],
        "cure": _cure(error, said),
        "file": str(file),
        "line": None,
        "traceback": told.get("traceback", ""),
    }


def registry_of(project: Path) -> str:
    """The module in which the pipelines are registered, as far as the project's package is known."""
    from kedro.framework.project import PACKAGE_NAME

    found = next(project.glob(f"**/{PACKAGE_NAME}/pipeline_registry.py"), None) if PACKAGE_NAME else None
    return str(found or project / "pyproject.toml")


def _conf_source() -> str:
    try:
        from kedro.framework.project import settings

        return str(settings.CONF_SOURCE)
    except Exception:  # of the project's own settings
        return "conf"


def _is_of_registry(error: BaseException, said: str) -> bool:
    """Kedro makes a dict of what register_pipelines() returns, or does not find the function."""
    if "no attribute 'register_pipelines'" in said:
        return True
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return last is not None and last.filename.endswith(_REGISTRY_CODE) and "dict(" in (last.line or "")


def _cure(error: BaseException, said: str) -> str | None:
    if "does not match Kedro package version" in said:
        return "move the project to this version of Kedro, and set kedro_init_version in [tool.kedro]"
    if isinstance(error, ModuleNotFoundError):
        return f"install {error.name}, or run with the Python that has it"
    kind = type(error).__name__
    if kind == "MissingConfigException" and "does not exist" in said:
        return "name an environment that is a folder of conf/ with --env"
    if kind == "MissingConfigException":
        return "add the file to conf/base"
    return None
