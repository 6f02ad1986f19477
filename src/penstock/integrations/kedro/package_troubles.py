"""What is wrong with a project's package, where Kedro or Python say so: no package, no pipelines, no such module."""

from __future__ import annotations

import os
import re
import traceback
from pathlib import Path
from typing import Final

from penstock.authoring.places import Place
from penstock.authoring.project import KEDRO_PROJECT
from penstock.integrations.kedro.files import settings_of
from penstock.integrations.kedro.pyproject_checks import place_of_key
from penstock.model.nearest import nearest

REGISTRY: Final = "pipeline_registry.py"
#: Where Kedro asks a project for its pipelines.
_ASKING: Final = "kedro/framework/project/__init__.py"
#: What Python says of it where register_pipelines is no function, takes arguments, or returns no dict.
_NOT_REGISTERED: Final = re.compile(
    r"no attribute 'register_pipelines'|register_pipelines\(\) (?:missing|takes)|dictionary update sequence|"
    r"object is not (?:callable|iterable)|object has no attribute 'keys'"
)


def package_of(project: Path) -> Path:
    """The folder of a project's package, as pyproject.toml tells it. Raises DefinitionError."""
    known = settings_of(project)
    return (project / str(known.get("source_dir", "src")) / str(known.get("package_name", ""))).resolve()


def module_of(project: Path, name: str) -> Path:
    """The file of a module of the package, whether it is there or not. Raises DefinitionError."""
    return package_of(project) / name


def registry_place(project: Path) -> Place:
    """Where the pipelines are registered: the line of the function, as far as it can be found."""
    file = module_of(project, REGISTRY)
    if not file.is_file():
        return Place(str(project / KEDRO_PROJECT), None)
    text = file.read_text(encoding="utf-8", errors="replace")
    found = re.search(r"^(def register_pipelines\b|register_pipelines\s*=)", text, re.MULTILINE)
    return Place(str(file), None if found is None else text.count("\n", 0, found.start()) + 1)


def of_package(error: BaseException, said: str, project: Path) -> tuple[str, str | None, Place] | None:
    """Message, cure and place, where it is the package that makes Kedro raise an error; else None."""
    package = package_of(project)
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing == package.name:
        close = nearest(missing, [one.name for one in package.parent.iterdir() if (one / "__init__.py").is_file()])
        told = f"there is no package '{missing}' in {os.path.relpath(package.parent, project)}/"
        cure = f"did you mean '{close}'?" if close else "name the package with the project's code"
        file = project / KEDRO_PROJECT
        return told, cure, place_of_key(file.read_text(encoding="utf-8"), file, "package_name")
    if missing == f"{package.name}.{Path(REGISTRY).stem}":
        cure = f"add {REGISTRY}, with a function register_pipelines() that returns a dict of pipelines by name"
        return "the package has no module that registers pipelines", cure, Place(str(package), None)
    frames = traceback.extract_tb(error.__traceback__)
    if _NOT_REGISTERED.search(said) and any(frame.filename.endswith(_ASKING) for frame in frames):
        cure = "let register_pipelines() return a dict of pipelines by name"
        return f"Kedro finds no pipelines: {said}", cure, registry_place(project)
    return None


def cure_of_import(error: BaseException, project: Path) -> str | None:
    """For a module of the project's own that is not there: installing anything would not help."""
    package = package_of(project)
    name = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
    if not name.startswith(f"{package.name}."):
        return None
    folder = package.joinpath(*name.split(".")[1:-1])
    there = [one.stem for one in folder.iterdir() if one.suffix == ".py" or one.is_dir()] if folder.is_dir() else []
    outer, _, last = name.rpartition(".")
    close = nearest(last, there)
    return f"did you mean '{outer}.{close}'?" if close else "mend its name, or write it"
