"""What a project's settings.py says of its configuration, read without being run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

SETTINGS: Final = "settings.py"
#: The folder of the configuration, and in it the environment below all others, where settings.py tells no other.
CONF: Final = "conf"
BASE: Final = "base"


class Stated(NamedTuple):
    """The folder of the configuration, from the project's, and the names of two environments in it: the one below all
    others, and the one of those who name none.
    """

    source: str = CONF
    base: str = BASE
    default: str = "local"


def stated(package: Path) -> Stated:
    """What the settings of a package say in plain words; the usual where they do not, or compute it."""
    try:
        text = (package / SETTINGS).read_text(encoding="utf-8")
        known = dict(_texts(ast.parse(text))) if "CONF" in text else {}
    except (OSError, SyntaxError, ValueError):  # which opening the project will tell
        known = {}
    return Stated(**known)


def _texts(module: ast.Module) -> Iterator[tuple[str, str]]:
    names = {"base_env": "base", "default_run_env": "default"}
    for name, value in _assigned(module):
        if name == "CONF_SOURCE" and (text := _text(value)):
            yield "source", text
        if name == "CONFIG_LOADER_ARGS" and isinstance(value, ast.Dict):
            for key, each in zip(value.keys, value.values, strict=True):
                if (known := names.get(_text(key))) and (text := _text(each)):
                    yield known, text


def _assigned(module: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    for each in module.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, each.value
        if isinstance(each, ast.Assign):
            for target in each.targets:
                if isinstance(target, ast.Name):
                    yield target.id, each.value


def _text(value: ast.expr | None) -> str:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
