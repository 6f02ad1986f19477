"""What the code of a task is, as a digest: it changes when the function changes, or what of the project it names.

Followed from function to function, through the project's own modules, by the names that compiled code uses: so a
comment, a blank line or another task of the same file change nothing. Libraries count by their names alone. A value of
a module counts by the statements that make it there, as text: not by the value, which may come from the environment or
the clock and be another one each time.
"""

from __future__ import annotations

import ast
import dis
import functools
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from penstock.authoring import own_code
from penstock.authoring.pipeline import Pipeline

#: Hexadecimal digits of a digest.
DIGITS: Final = 16
_IMPORT: Final = dis.opmap["IMPORT_NAME"]
_PLAIN: Final = (int, float, complex, str, bytes, bool, type(None), type(...))
#: Attributes that a class has by itself, and which differ with where it stands.
_OF_CLASSES: Final = frozenset({
    "__module__", "__dict__", "__weakref__", "__doc__", "__firstlineno__", "__qualname__", "__slotnames__",
})  # fmt: skip


class Fingerprints:
    """Digests of functions. Modules are read once; functions that are parts of several tasks are followed for each."""

    def __init__(self, root: Path | str) -> None:
        self.project = own_code.Project(root)
        self._statements: dict[str, dict[str, list[ast.stmt]]] = {}

    def of(self, *functions: Callable[..., Any] | None) -> str:
        """The digest of the code of these functions together; None stands for one that is not there."""
        found = _Walk(self)
        for function in functions:
            found.value(function)
        return found.digest()

    def statements(self, module: ModuleType, name: str) -> list[ast.stmt]:
        """The statements of a module's own level that make or change what it calls `name`."""
        file = module.__file__ or ""
        if file not in self._statements:
            self._statements[file] = _by_name(file)
        return self._statements[file].get(name, [])


class _Walk:
    def __init__(self, known: Fingerprints) -> None:
        self._known = known
        self._is_own = known.project.has
        self._made = hashlib.sha256()
        self._seen: set[object] = set()

    def digest(self) -> str:
        return self._made.hexdigest()[:DIGITS]

    def _add(self, *parts: object) -> None:
        self._made.update("\0".join(map(str, parts)).encode("utf-8", "surrogatepass") + b"\1")

    def _is_new(self, place: object) -> bool:
        new = place not in self._seen
        self._seen.add(place)
        return new

    def value(self, value: Any) -> None:
        """A function, class, module or plain value that does not stand by a name of a module."""
        if isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, MethodType):
            self.value(value.__func__)
            self.value(type(value.__self__))
        elif isinstance(value, functools.partial):
            for part in (value.func, *value.args, *value.keywords.items()):
                self.value(part)
        elif isinstance(value, type):
            self._class(value)
        elif isinstance(value, _PLAIN):
            self._add(type(value).__name__, repr(value))
        elif isinstance(value, list | tuple | set | frozenset | dict):
            self._several(value)
        elif isinstance(value, ModuleType):
            self._add("module", value.__name__)
        else:
            self._add("object", _content(value))
            self.value(getattr(value, "__wrapped__", None))
            self.value(type(value))

    def _several(self, values: Iterable[Any]) -> None:
        if not self._is_new(id(values)):
            return
        self._add(type(values).__name__)
        parts = values.items() if isinstance(values, dict) else values
        for part in sorted(parts, key=repr) if isinstance(values, set | frozenset) else parts:
            self.value(part)

    def _function(self, function: FunctionType) -> None:
        if not self._is_new(id(function)):
            return
        if not self._is_own(function.__code__.co_filename):
            self._add("function", function.__module__, function.__qualname__)
            # What decorates may be of a library, and what is decorated the project's own.
            self.value(getattr(function, "__wrapped__", None))
            return
        self.value(function.__defaults__)
        self.value(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            try:
                self.value(cell.cell_contents)
            except ValueError:  # nothing is in it yet
                self._add("empty")
        module = sys.modules.get(function.__module__)
        names, imported = self._code(function.__code__)
        for name in names:
            if name in function.__globals__:
                self._global(module, name, function.__globals__[name], names)
        for name in imported:
            self._imported(name, names, function.__code__.co_filename)

    def _code(self, code: CodeType) -> tuple[list[str], list[str]]:
        """What a function does; the names that it uses, and the modules that it imports."""
        self._add(code.co_code.hex(), code.co_varnames, code.co_freevars, code.co_argcount, code.co_kwonlyargcount)
        names, imported = list(code.co_names), _imports(code)
        self._add(names)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                more, further = self._code(constant)
                names += more
                imported += further
            else:
                self.value(constant)
        return list(dict.fromkeys(names)), imported

    def _class(self, kind: type) -> None:
        module = sys.modules.get(kind.__module__)
        if not self._is_own(getattr(module, "__file__", None)):
            self._add("class", kind.__module__, kind.__qualname__)
            return
        if not self._is_new(id(kind)):
            return
        self._add("own class", kind.__qualname__)
        for base in kind.__bases__:
            self.value(base)
        for name, part in list(vars(kind).items()):
            if name in _OF_CLASSES:
                continue
            self._add(name)
            if isinstance(part, staticmethod | classmethod):
                self.value(part.__func__)
            elif isinstance(part, property):
                for way in (part.fget, part.fset, part.fdel):
                    self.value(way)
            else:
                self.value(part)

    def _global(self, module: ModuleType | None, name: str, value: Any, names: list[str]) -> None:
        """What a name of a module stands for; `names` are those that the code uses beside it."""
        if isinstance(value, ModuleType):
            self._module(value, names)
        elif isinstance(value, FunctionType | type | functools.partial | MethodType):
            self.value(value)
        elif isinstance(value, Pipeline):
            self._add("pipeline")  # its options are not the task's
        elif module is not None and self._is_own(module.__file__) and self._is_new((module.__name__, name)):
            self._statements(module, name)

    def _statements(self, module: ModuleType, name: str) -> None:
        for statement in self._known.statements(module, name):
            self._add(ast.dump(statement))
            if isinstance(statement, ast.ImportFrom):
                self._source(module, statement, name)
                continue
            for part in ast.walk(statement):
                if isinstance(part, ast.Name) and part.id in vars(module):
                    used = [one.attr for one in ast.walk(statement) if isinstance(one, ast.Attribute)]
                    self._global(module, part.id, vars(module)[part.id], used)

    def _source(self, module: ModuleType, statement: ast.ImportFrom, name: str) -> None:
        """Where a value comes from that a module has from another one."""
        package = module.__package__ or ""
        above = package.rsplit(".", statement.level - 1)[0] if statement.level else ""
        home = sys.modules.get(".".join(part for part in (above, statement.module or "") if part))
        for alias in statement.names:
            if home is not None and (alias.asname or alias.name) == name and alias.name in vars(home):
                self._global(home, alias.name, vars(home)[alias.name], [])

    def _module(self, module: ModuleType, names: list[str]) -> None:
        if not self._is_own(getattr(module, "__file__", None)):
            self._add("module", module.__name__)
            return
        for name in names:
            if name in vars(module) and self._is_new((module.__name__, name, "of")):
                self._global(module, name, vars(module)[name], names)

    def _imported(self, name: str, names: list[str], file: str) -> None:
        """A module that is imported where it is used, and perhaps was not yet."""
        module = sys.modules.get(name)
        if module is not None:
            self._module(module, names)
            return
        path = name.replace(".", os.sep)
        for folder in (os.path.dirname(file), *filter(self._has_own, sys.path)):
            for place in (os.path.join(folder, f"{path}.py"), os.path.join(folder, path, "__init__.py")):
                if os.path.isfile(place) and self._is_own(place):
                    self._add(hashlib.sha256(Path(place).read_bytes()).hexdigest())
                    return

    def _has_own(self, folder: str) -> bool:
        return self._is_own(os.path.join(folder, "any.py"))


def _content(value: Any) -> str:
    """What an object holds that a function was given where it was made (by a decorator, as a default); "" where that
    can't be told: a lock, a connection.
    """
    import pickle  # which few tasks need

    try:
        return hashlib.sha256(pickle.dumps(value, 4)).hexdigest()
    except Exception:  # of anybody's class
        return ""


def _imports(code: CodeType) -> list[str]:
    if _IMPORT not in code.co_code[::2]:
        return []
    return [one.argval for one in dis.get_instructions(code) if one.opname == "IMPORT_NAME"]


def _by_name(file: str) -> dict[str, list[ast.stmt]]:
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    found: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        for name in dict.fromkeys(_made(statement)):
            found.setdefault(name, []).append(statement)
    return found


def _made(statement: ast.stmt) -> Iterator[str]:
    """The names of a module that a statement makes, or whose value it may change."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return  # which are followed as they are
    for part in ast.walk(statement):
        if isinstance(part, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in part.names)
        elif isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
            yield part.id
        elif isinstance(part, ast.Attribute | ast.Subscript) and not isinstance(part.ctx, ast.Load):
            yield from _root(part)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            yield from _root(part.func)  # NAMES.append(…)


def _root(part: ast.expr) -> Iterator[str]:
    while isinstance(part, ast.Attribute | ast.Subscript):
        part = part.value
    if isinstance(part, ast.Name):
        yield part.id
