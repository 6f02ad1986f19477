"""Importing a user's file: under which name, from which folder, and which Pipeline objects it holds."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

from penstock.authoring import own_code
from penstock.authoring.compiled import OwnLoader
from penstock.authoring.pipeline import Pipeline
from penstock.errors import DefinitionError
from penstock.model.nearest import did_you_mean
from penstock.model.spec import CodeRef

#: Libraries that are slow to load and safe to load before a fork.
PRELOAD: Final = ("numpy", "pandas", "pyarrow")
_PREFIX: Final = "pipeline_"
_CALLED: Final = (
    "a pipeline is a variable at the top of the file: call the function that makes one (`flow = make()`), and move it "
    "out of `if __name__ == '__main__':`"
)


def place(file: Path) -> tuple[Path, str]:
    """(root, module name) of a file: its folder and stem; inside a package the folder above it and the dotted name.

    A stem that a module of Python or of a library already has gets another name, so that neither is shadowed. A dot in
    a stem would make it a module of a package that is not there.
    """
    file = file.resolve()
    parts = [] if file.stem == "__init__" else [file.stem.replace(".", "_")]
    root = file.parent
    while (root / "__init__.py").exists():
        parts.insert(0, root.name)
        root = root.parent
    name = ".".join(parts) or file.stem
    if len(parts) == 1 and file.stem != "__init__" and (not file.stem.isidentifier() or _taken(name, root)):
        name = _PREFIX + name
    return root, name


def _taken(name: str, root: Path) -> bool:
    if name in sys.stdlib_module_names:
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
        # A file that has the name of a library would else be taken for it by all that imports the library.
        shadows = name == _PREFIX + file.stem and file.stem.isidentifier()
        sys.path.insert(len(sys.path) if shadows else 0, str(root))
    package = name.rpartition(".")[0]
    if package:
        # Its `__init__.py` runs first, as in any import, and may import this very module.
        importlib.import_module(package)
        if getattr(sys.modules.get(name), "__file__", None) == str(file):
            return sys.modules[name]
    own = OwnLoader(name, str(file)) if file.suffix == ".py" else None
    spec = importlib.util.spec_from_file_location(name, file, loader=own)
    if spec is None or spec.loader is None:
        kind, cure = "Python file", "give a file that ends in .py"
        if file.suffix == ".ipynb":
            kind, cure = "Python file, but a notebook", "move its functions into a file that ends in .py"
        raise DefinitionError(f"this is no {kind}", cure=cure, file=str(file))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    # As a script without arguments sees it, in each process that imports the file.
    before, sys.argv = sys.argv, [str(file)]
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        sys.argv = before
    return module


def pipelines(module: ModuleType) -> dict[str, Pipeline]:
    """The Pipeline objects of a module by the name of their variable, each once, as they were written.

    Those that it only imported from the module that made them are left out, unless it has no others.
    """
    found: dict[str, Pipeline] = {}
    for variable, value in vars(module).items():
        if isinstance(value, Pipeline) and value not in found.values():
            found[variable] = value
    return {variable: one for variable, one in found.items() if not _is_imported(one, module)} or found


def _is_imported(one: Pipeline, module: ModuleType) -> bool:
    """Is it a variable of the module that it was written in, and that is another one? A factory's is not."""
    if one.place.file == module.__file__:
        return False
    makers = [each for each in list(sys.modules.values()) if getattr(each, "__file__", None) == one.place.file]
    return any(value is one for maker in makers for value in vars(maker).values())


def find(file: Path, name: str | None = None) -> list[tuple[CodeRef, Pipeline]]:
    """The pipelines of a file, or the one of that name (of its variable, else its own, also as `namespace/name`).

    Raises DefinitionError when there is none (of that name), or two that nobody could tell apart, and what the file's
    code raises. `facts["empty"]` tells a file without pipelines from one that is wrong.
    """
    root, module_name = place(file)
    file = file.resolve()
    found = pipelines(import_file(file, root, module_name))
    if not found:
        cure = _CALLED if _makes_one(file) else 'make one: pipeline = Pipeline("name")'
        raise DefinitionError("there is no pipeline in this file", cure=cure, file=str(file), empty=True)
    _tell_apart(found)
    if name is not None:
        found = _named(name, found, file)
    files = own_code.files(root)
    digest = own_code.digest(root, files)
    preload = tuple(library for library in PRELOAD if library in sys.modules)
    base = (str(root), os.path.relpath(file, root), module_name)
    return [(CodeRef(*base, variable, digest, files, preload), one) for variable, one in found.items()]


def _makes_one(file: Path) -> bool:
    """Is a pipeline made in the source of a file, wherever?"""
    return b"Pipeline(" in file.read_bytes()


def _tell_apart(found: dict[str, Pipeline]) -> None:
    known: dict[tuple[str, str], str] = {}
    for variable, one in found.items():
        first = known.setdefault((one.namespace, one.name), variable)
        if first != variable:
            told = f"'{first}' and '{variable}' are both called '{one.name}', in namespace '{one.namespace}'"
            place = one.place
            raise DefinitionError(told, cure="give each its own name or namespace", file=place.file, line=place.line)


def _named(name: str, found: dict[str, Pipeline], file: Path) -> dict[str, Pipeline]:
    if name in found:
        return {name: found[name]}
    chosen = {variable: one for variable, one in found.items() if name in (one.name, f"{one.namespace}/{one.name}")}
    if not chosen:
        cure = did_you_mean(name, {*found, *(one.name for one in found.values())})
        raise DefinitionError(f"there is no pipeline '{name}' in this file", cure=cure, file=str(file))
    return chosen


def has_changed(code: CodeRef) -> bool:
    """Whether a pipeline's own files are others now than when it was defined; False when that is not known."""
    try:
        return bool(code.digest) and own_code.digest(Path(code.root), code.files) != code.digest
    except OSError:
        return True


def load(code: CodeRef) -> Pipeline:
    """The Pipeline that a worker is to run. Raises DefinitionError, and what the user's code raises."""
    root = Path(code.root)
    module = import_file(root / code.file, root, code.module)
    found = getattr(module, code.name, None)
    if not isinstance(found, Pipeline):
        cure = "was the file changed during the run?"
        raise DefinitionError(f"'{code.name}' is no pipeline any more", cure=cure, file=str(root / code.file))
    return found
