"""What Kedro wants of a project's pyproject.toml, told before Kedro is asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from penstock.authoring.places import Place
from penstock.authoring.problems import Problems
from penstock.authoring.project import KEDRO_PROJECT
from penstock.integrations.kedro.files import settings_of
from penstock.model.nearest import did_you_mean

#: Keys that Kedro needs with what they may be, and those that it knows besides.
_NEEDED: Final = {"package_name": "my_project", "project_name": "My project", "kedro_init_version": "{kedro}"}
_KNOWN: Final = (*_NEEDED, "source_dir", "tools", "example_pipeline")
_VERSION: Final = "kedro_init_version"


def check(project: Path, kedro: str) -> None:
    """Raise DefinitionError, with all that is wrong, where Kedro of this version would not take the file."""
    known = settings_of(project)
    file = project / KEDRO_PROJECT
    text = file.read_text(encoding="utf-8")
    problems = Problems()
    for key, example in _NEEDED.items():
        if key not in known:
            cure = f'add {key} = "{example.format(kedro=kedro)}"'
            problems.add(f"[tool.kedro] has no {key}", cure, place_of_key(text, file, None))
    for key in (*_NEEDED, "source_dir"):
        if key in known and not (isinstance(known[key], str) and known[key].strip()):
            problems.add(f"{key} is {known[key]!r}", "it is a text that is not empty", place_of_key(text, file, key))
    for key in known.keys() - set(_KNOWN):
        cure = f"{did_you_mean(key, _KNOWN)}; Kedro takes no other"
        problems.add(f"[tool.kedro] has no place for '{key}'", cure, place_of_key(text, file, key))
    problems.raise_if_any()
    _check_version(known, kedro, place_of_key(text, file, _VERSION), problems)
    _check_source(known, project, place_of_key(text, file, "source_dir"), problems)
    problems.raise_if_any()


def place_of_key(text: str, file: Path, key: str | None) -> Place:
    """Where [tool.kedro] has a key; the section itself for None, and where the key stands in another way."""
    section = re.search(r"^\s*\[\s*tool\s*\.\s*kedro\s*\]", text, re.MULTILINE)
    if section is None:
        return Place(str(file), None)
    end = re.compile(r"^\s*\[", re.MULTILINE).search(text, section.end())
    found = key and re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", re.MULTILINE).search(
        text, section.end(), end.start() if end else len(text)
    )
    at = found.start() if found else section.end()
    return Place(str(file), text.count("\n", 0, at) + 1)


def _check_version(known: Mapping[str, Any], kedro: str, place: Place, problems: Problems) -> None:
    made = known[_VERSION]
    if made.partition(".")[0] != kedro.partition(".")[0]:
        told = f"this project is of Kedro {made}, and here is Kedro {kedro}"
        cure = f"move the project to this version of Kedro, and set {_VERSION}: Kedro's RELEASE.md tells how"
        problems.add(told, cure, place)


def _check_source(known: Mapping[str, Any], project: Path, place: Place, problems: Problems) -> None:
    told = known.get("source_dir", "src")
    source = (project / Path(told).expanduser()).resolve()
    if not source.is_relative_to(project.resolve()):
        problems.add(f"source_dir is '{told}', outside of the project", "Kedro wants it below this folder", place)
    elif not source.is_dir():
        cure = "put the project's package there, or name its folder with source_dir"
        problems.add(f"there is no folder '{told}' with the project's code", cure, place)
