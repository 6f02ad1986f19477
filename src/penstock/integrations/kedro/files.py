"""The files that make a Kedro project what it is: those of its package, and its configuration without credentials."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from penstock.authoring.project import KEDRO_PROJECT
from penstock.errors import DefinitionError
from penstock.integrations.kedro.stated import CONF, stated

_LINE: Final = re.compile(r"at line (\d+)")
_CODE: Final = (".py", ".sql", ".yml", ".yaml", ".json", ".toml")
_CONF: Final = (".yml", ".yaml", ".json", ".toml", ".ini", ".xml", ".properties", ".py")


def settings_of(folder: Path) -> dict[str, Any]:
    """What pyproject.toml says for Kedro. Raises DefinitionError for a file that can't be read or lacks it."""
    file = folder / KEDRO_PROJECT
    try:
        known = tomllib.loads(file.read_text(encoding="utf-8"))["tool"]["kedro"]
    except (OSError, ValueError) as error:
        line = _LINE.search(str(error))  # which the exception tells in its text only
        raise DefinitionError(
            f"this is no TOML: {error}", file=str(file), line=None if line is None else int(line[1])
        ) from error
    except (KeyError, TypeError):
        known = None
    if not isinstance(known, dict):
        cure = "add [tool.kedro] with package_name, project_name and kedro_init_version"
        raise DefinitionError("there is no section [tool.kedro]", cure=cure, file=str(file))
    return known


def folders(project: Path) -> list[Path]:
    """The folders of a project's package and of its configuration, as far as pyproject.toml tells without Python."""
    known = settings_of(project)
    package = project / str(known.get("source_dir", "src")) / str(known.get("package_name", ""))
    return [package, project / stated(package).source]


def files(project: Path, conf: Path | None = None) -> tuple[str, ...]:
    """Files of the package and of the configuration, relative to the project, in order; none of credentials."""
    source, usual = folders(project)
    found = [KEDRO_PROJECT]
    found += (_told(file, project) for file in below(source) if file.suffix in _CODE)
    found += (_told(file, project) for file in below(conf or usual) if file.suffix in _CONF)
    return tuple(sorted(found))


def watched(project: Path) -> tuple[list[Path], list[Path]]:
    """Files and folders in which a change may make other pipelines; of a project that can't be read the usual ones."""
    try:
        places = folders(project)
    except DefinitionError:
        places = [project / "src", project / CONF]
    found = [project / KEDRO_PROJECT, *(file for place in places for file in below(place))]
    inside = {place for place in places if place.is_dir()}
    inside.update(
        Path(place, name)
        for start in places
        for place, inner, _ in _walk(start)
        for name in inner
    )  # fmt: skip
    return found, sorted(inside)


def below(folder: Path) -> Iterator[Path]:
    """The files below a folder that are nobody's cache, hidden, or credentials."""
    for place, _, names in _walk(folder):
        yield from (Path(place, name) for name in sorted(names) if not _is_left_out(name))


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not _is_left_out(name))
        yield place, inner, names


def _is_left_out(name: str) -> bool:
    return name.startswith((".", "credentials")) or name == "__pycache__" or name.endswith(".pyc")


def _told(file: Path, project: Path) -> str:
    return os.path.relpath(file, project)
