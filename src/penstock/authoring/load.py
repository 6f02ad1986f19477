"""Importing a user's file: under which name, from which folder, and which Pipeline objects it holds."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

from penstock.authoring.pipeline import Pipeline
from penstock.errors import DefinitionError
from penstock.model.nearest import did_you_mean
from penstock.model.spec import CodeRef

#: Libraries that are slow to load and safe to load before a fork.
PRELOAD: Final = ("numpy", "pandas", "pyarrow")


def place(file: Path) -> tuple[Path, str]:
    """(root, module name) of a file: its folder and stem; inside a package the folder above it and the dotted name.

    A stem that a module of Python or of a library already has gets another name, so that neither is shadowed.
    """
    file = file.resolve()
    parts = [file.stem]
    root = file.parent
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    name = ".".join(parts)
    if len(parts) == 1 and _taken(name, root):
        name = f"pipeline_{name}"
    return root, name


def _taken(name: str, root: Path) -> bool:
    if name in sys.stdlib_module_names or not name.isidentifier():
        return True
    known = sys.modules.get(name)
    if known is not None:
        return Path(getattr(known, "__file__", None) or "/").parent != root
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    return found is not None and found.origin is not None and Path(found.origin).parent != root


def import_file(file: Path, root: Path, name: str) -> ModuleType:
    """Import a file as the module `name`, with `root` first on the import path. Raises what its code raises."""
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    package = name.rpartition(".")[0]
    if package:
        # Its `__init__.py` runs first, as in any import, and may import this very module.
        importlib.import_module(package)
        if getattr(sys.modules.get(name), "__file__", None) == str(file):
            return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise DefinitionError(f"{file} is no Python file", cure="give a file that ends in .py", file=str(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module


def pipelines(module: ModuleType) -> dict[str, Pipeline]:
    """The Pipeline objects of a module by the name of their variable, each once, as they were written."""
    found: dict[str, Pipeline] = {}
    for variable, value in vars(module).items():
        if isinstance(value, Pipeline) and value not in found.values():
            found[variable] = value
    return found


def find(file: Path, name: str | None = None) -> list[tuple[CodeRef, Pipeline]]:
    """The pipelines of a file, or the one of that name (of its variable, or its own).

    Raises DefinitionError when there is none (of that name), and what the file's code raises.
    """
    root, module_name = place(file)
    file = file.resolve()
    found = pipelines(import_file(file, root, module_name))
    if not found:
        raise DefinitionError(
            "there is no pipeline in this file", cure='make one: pipeline = Pipeline("name")', file=str(file)
        )
    if name is not None:
        chosen = {variable: one for variable, one in found.items() if name in (variable, one.name)}
        if not chosen:
            cure = did_you_mean(name, {*found, *(one.name for one in found.values())})
            raise DefinitionError(f"there is no pipeline '{name}' in this file", cure=cure, file=str(file))
        found = chosen
    files = _own_files(root)
    digest = _digest(root, files)
    preload = tuple(library for library in PRELOAD if library in sys.modules)
    base = (str(root), os.path.relpath(file, root), module_name)
    return [(CodeRef(*base, variable, digest, files, preload), one) for variable, one in found.items()]


def _own_files(root: Path) -> tuple[str, ...]:
    """Files of loaded modules that belong to the user's project: below `root`, not installed."""
    own = set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if file and file.startswith(f"{root}{os.sep}") and file.endswith(".py"):
            relative = os.path.relpath(file, root)
            parts = relative.split(os.sep)
            if "site-packages" not in parts and not parts[0].startswith("."):
                own.add(relative)
    return tuple(sorted(own))


def _digest(root: Path, files: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for relative in files:
        content = (root / relative).read_bytes()
        digest.update(f"{relative}\0{len(content)}\0".encode("utf-8", "surrogatepass"))
        digest.update(content)
    return digest.hexdigest()


def has_changed(code: CodeRef) -> bool:
    """Whether a pipeline's own files are others now than when it was defined; False when that is not known."""
    try:
        return bool(code.digest) and _digest(Path(code.root), code.files) != code.digest
    except OSError:
        return True


def load(code: CodeRef) -> Pipeline:
    """The Pipeline that a worker is to run. Raises DefinitionError, and what the user's code raises."""
    root = Path(code.root)
    module = import_file(root / code.file, root, code.module)
    found = getattr(module, code.name, None)
    if not isinstance(found, Pipeline):
        raise DefinitionError(
            f"'{code.name}' is no pipeline any more", cure="was the file changed during the run?", file=code.file
        )
    return found
