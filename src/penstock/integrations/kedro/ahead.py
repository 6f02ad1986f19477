"""What workers of a Kedro project will need, guessed from its catalogue without Kedro, so that it is loaded early."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from penstock.errors import DefinitionError
from penstock.integrations.kedro.files import below, folders
from penstock.integrations.kedro.stated import CONF, stated

#: The loader of Kedro projects in a worker (CodeRef.loader).
LOADER: Final = "penstock.integrations.kedro.worker"
#: Modules of ours: the one that loads Kedro itself, and the one that comes after all others.
OURS: Final = "penstock.integrations.kedro.preload"
LAST: Final = "penstock.integrations.kedro.preload_last"
#: The one that keeps what no dataset needs from being loaded, and words in types that do need it.
LEAN: Final = "penstock.integrations.kedro.preload_lean"
_NOT_LEAN: Final = ("SQL", "Plotly", "Delta", "GBQ")
#: Rooms of kedro_datasets whose libraries start no threads, and what reading needs that importing does not load.
_ROOMS: Final = {"pandas": ("pandas",), "plotly": (), "json": (), "pickle": (), "text": (), "yaml": ()}
_ALSO: Final = {"ExcelDataset": ("openpyxl",), "ParquetDataset": ("pyarrow", "pyarrow.parquet")}
_TYPE: Final = re.compile(r"^\s*[\"']?type[\"']?\s*:\s*[\"']?(?:kedro_datasets\.)?(\w+)\.(\w+)", re.MULTILINE)
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def libraries(project: Path) -> tuple[str, ...]:
    """Modules that may be loaded before a fork: of Kedro, and of the types that the base catalogue names."""
    # Kedro itself looks into each parameter whether it is a table of pandas.
    found = [OURS, "pandas"]
    types = _types(project)
    if not any(word in kind for _, kind in types for word in _NOT_LEAN):
        found.append(LEAN)
    for room, kind in types:
        if room in _ROOMS:
            found += (*_ROOMS[room], f"kedro_datasets.{room}.{_WORDS.sub('_', kind).lower()}")
            found += _ALSO.get(kind, ())
    return tuple(dict.fromkeys([*found, LAST]))


def _types(project: Path) -> list[tuple[str, str]]:
    """The types that the base catalogue names, as room and class."""
    found: list[tuple[str, str]] = []
    try:
        package, conf = folders(project)
    except DefinitionError:  # which opening the project will tell
        package, conf = project, project / CONF
    for file in below(conf / stated(package).base):
        if "catalog" in file.name and file.suffix in (".yml", ".yaml"):
            found += _TYPE.findall(file.read_text(encoding="utf-8", errors="replace"))
    return found
