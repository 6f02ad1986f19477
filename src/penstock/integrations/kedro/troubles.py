"""What is told of a Kedro project that can't be opened: where, what, and the cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from penstock.authoring import import_errors


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
    return {
        "message": f"Kedro can't open this project: {said}"[: import_errors.MESSAGE],
        "cure": _cure(error, said),
        "file": str(file),
        "line": None,
        "traceback": told.get("traceback", ""),
    }


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
