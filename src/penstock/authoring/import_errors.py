"""What is told of an exception that a user's file raised when it was imported: where, what, and the cure."""

from __future__ import annotations

import builtins
import inspect
import os
import pkgutil
import re
import sys
import traceback
from difflib import get_close_matches
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, Final

import penstock
from penstock.authoring import other_tools
from penstock.authoring.cache import Cache
from penstock.authoring.limit import Limit
from penstock.authoring.param import Param
from penstock.authoring.pipeline import Pipeline
from penstock.authoring.places import OURS
from penstock.authoring.retry import Retry
from penstock.model.nearest import did_you_mean, nearest

#: Characters of a message that are told.
MESSAGE: Final = 10_000

_STANDARD: Final = os.path.dirname(os.__file__) + os.sep
_MISSING: Final = re.compile(r"cannot import name '([^']+)' from")
_RELATIVE: Final = (
    "write `from other import …` for a file beside it, or make the folder a package by an empty __init__.py"
)
_PARAMETERS: Final = (
    "a pipeline takes parameters, not arguments: Pipeline(…, params={'year': 2013}), "
    "and `penstock run FILE -p year=2014`"
)
#: What Python says of a file in another encoding than UTF-8.
_OTHER_ENCODING: Final = ("'utf-8' codec can't decode", "Non-UTF-8 code", "null bytes")
_AS_UTF_8: Final = "save the file as UTF-8"
#: How alike (of 1) a module has to be that is meant by a wrong name: there are hundreds.
_ALIKE: Final = 0.75
#: Sources of compiled code, which stand in tracebacks by a name within their library.
_COMPILED: Final = (".pyx", ".pxi")
#: Folders above a file, with its own, in which modules are looked for that it does not find.
_ABOVE: Final = 4
_MADE: Final[dict[str, type]] = {made.__name__: made for made in (Pipeline, Param, Retry, Cache, Limit)}
_UNEXPECTED: Final = re.compile(rf"({'|'.join(_MADE)})\.__init__\(\) got an unexpected keyword argument '([^']+)'")


def described(error: BaseException, file: Path) -> dict[str, Any]:
    """Facts of a DefinitionError: message, cure, file, line (from 1), and the traceback of the user's frames."""
    if isinstance(error, SyntaxError) and error.filename and os.path.isfile(error.filename):
        told = f"syntax error: {error.msg}"
        return {"message": told, "cure": _encoding_cure(told), "file": error.filename, "line": error.lineno}
    if isinstance(error, PermissionError) and error.filename == str(file):
        told = f"this file can't be read ({error.strerror})"
        return {"message": told, "cure": "see who owns it, and who may read it", "file": str(file), "line": None}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_machinery(frame.filename)]
    own = [frame for frame in frames if not _is_library(frame.filename)] or frames
    place = {"file": own[-1].filename, "line": own[-1].lineno} if own else {"file": str(file), "line": None}
    said = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, TypeError) and (unexpected := _UNEXPECTED.search(said)):
        return {**_wrong_option(unexpected[1], unexpected[2]), **place}
    told = "".join([*traceback.format_list(own), said])
    try:
        cure = _cure(error, file, said)
    except Exception:  # of the user's `__dir__` and the like
        cure = None
    return {"message": f"importing this file raised {said}"[:MESSAGE], "cure": cure, **place, "traceback": told}


def _wrong_option(made: str, option: str) -> dict[str, str]:
    """What is told of an option that none of ours takes: what stands in that line says the rest."""
    known = list(inspect.signature(_MADE[made]).parameters)
    cure = other_tools.of_option(made, option) or did_you_mean(option, known)
    return {"message": f"{made} can't have the option '{option}'", "cure": cure}


def _is_machinery(file: str) -> bool:
    return file.startswith((OURS, "<frozen importlib", f"{_STANDARD}importlib{os.sep}"))


def _is_library(file: str) -> bool:
    return file.startswith((_STANDARD, "<")) or f"{os.sep}site-packages{os.sep}" in file or file.endswith(_COMPILED)


def _encoding_cure(said: str) -> str | None:
    return _AS_UTF_8 if any(sign in said for sign in _OTHER_ENCODING) else None


def _cure(error: BaseException, file: Path, said: str) -> str | None:
    frames = traceback.extract_tb(error.__traceback__)
    if _reads_arguments(error, frames):
        return _PARAMETERS
    if isinstance(error, SystemExit):
        return "importing a file must not end it: put what is for scripts under `if __name__ == '__main__':`"
    if isinstance(error, ImportError | AttributeError) and (hidden := _hides(error)) is not None:
        return hidden
    if isinstance(error, ModuleNotFoundError):
        return _missing(error.name or "", file)
    if isinstance(error, ImportError) and "attempted relative import" in said:
        return _RELATIVE
    if isinstance(error, SyntaxError):
        return _encoding_cure(said)
    return _of_others(error, said) or _meant(_nearest_name(error, said)) or _circle(error, frames)


def _of_others(error: BaseException, said: str) -> str | None:
    """The cure for what is written as other tools have it."""
    if isinstance(error, ImportError) and error.name == "penstock" and (missing := _MISSING.search(said)):
        return other_tools.of_name(missing[1])
    if isinstance(error, AttributeError) and error.name is not None and error.obj is penstock:
        return other_tools.of_name(error.name)
    return other_tools.of_use(said) if isinstance(error, TypeError) else None


def _reads_arguments(error: BaseException, frames: traceback.StackSummary) -> bool:
    """Does the file take what a script is called with?"""
    if isinstance(error, SystemExit):
        return any(os.path.basename(frame.filename) == "argparse.py" for frame in frames)
    return isinstance(error, IndexError | ValueError) and bool(frames) and "sys.argv" in (frames[-1].line or "")


def _missing(name: str, file: Path) -> str:
    """The cure for a module that is not found: one beside the file, one of the project that is not on the path."""
    beside = [each.stem for each in file.parent.glob("*.py") if each != file]
    close = next(iter(get_close_matches(name, beside, n=1, cutoff=_ALIKE)), None)
    if close is not None:
        return f"did you mean '{close}'?"
    top = name.partition(".")[0]
    for above in file.parents[:_ABOVE]:
        for folder in (above, above / "src"):
            if (folder / f"{top}.py").is_file() or (folder / top / "__init__.py").is_file():
                return f"it is in {folder}: install that project (`pip install -e`), or set PYTHONPATH={folder}"
    known = {*sys.stdlib_module_names, *(module.name for module in pkgutil.iter_modules())} - {file.stem}
    close = next(iter(get_close_matches(name, known, n=1, cutoff=_ALIKE)), None)
    meant = "" if close is None else f"did you mean '{close}'? else "
    return f"{meant}install it, or run with the Python that has it"


def _hides(error: ImportError | AttributeError) -> str | None:
    """The cure where a file of the user has the name of a module of Python or of a library, and is found before it."""
    module = getattr(error, "obj", None) if isinstance(error, AttributeError) else error
    name = getattr(module, "__name__", None) or getattr(module, "name", None)
    top = name.partition(".")[0] if isinstance(name, str) else ""
    file = getattr(sys.modules.get(top), "__file__", None)
    if file is None or _is_library(file):
        return None
    others = [folder for folder in sys.path if folder and not Path(file).is_relative_to(folder)]
    if PathFinder.find_spec(top, others) is None:
        return None
    return f"{os.path.basename(file)} hides the module '{top}' that is meant: give that file another name"


def _circle(error: BaseException, frames: traceback.StackSummary) -> str | None:
    """Where a file wants a name of one that is still being imported, and that wanted it."""
    path = getattr(error, "path", None)
    if not isinstance(error, ImportError) or path not in [frame.filename for frame in frames[:-1]]:
        return None
    first, second = os.path.basename(path), os.path.basename(frames[-1].filename)
    return f"{first} and {second} import each other: move what both need into a third file"


def _meant(close: str | None) -> str | None:
    return None if close is None else f"did you mean '{close}'?"


def _nearest_name(error: BaseException, said: str) -> str | None:
    if isinstance(error, ImportError) and (missing := _MISSING.search(said)):
        return nearest(missing[1], dir(sys.modules.get(error.name or "")))
    if isinstance(error, AttributeError) and error.name is not None:
        return nearest(error.name, [name for name in dir(error.obj) if not name.startswith("_")])
    if isinstance(error, NameError) and error.name is not None:
        return nearest(error.name, _visible(error))
    return None


def _visible(error: BaseException) -> list[str]:
    """Names that the innermost frame could have meant."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    frame = last.tb_frame if last is not None else None
    return [*(frame.f_locals if frame else ()), *(frame.f_globals if frame else ()), *dir(builtins)]
