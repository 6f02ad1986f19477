"""Where datasets are kept, as they may be told: without credentials, and relative to the project."""

from __future__ import annotations

import os
import re
from typing import Any, Final

#: `scheme://user:password@` of an address.
_USER: Final = re.compile(r"^(\w[\w+.-]*://)[^/@]*@")
#: Keys of a catalogue entry that tell where it is kept, the first that is there.
_KEYS: Final = ("filepath", "path")


def told_place(place: object, project: str) -> str:
    """A path or address without user, password and query; relative where it lies in the project."""
    if not isinstance(place, str | os.PathLike):
        return ""
    text = os.fspath(place)
    if not isinstance(text, str):
        return ""
    text = text.removeprefix("file://")
    if "://" in text:
        return _USER.sub(r"\1", text).partition("?")[0].partition("#")[0]
    root = project.rstrip("/") + "/"
    return text.removeprefix(root)


def place_in_config(config: dict[str, Any]) -> object:
    """What a catalogue entry says of its place; of the one inside for an entry that wraps another."""
    for key in _KEYS:
        if config.get(key):
            return config[key]
    inner = config.get("dataset")
    return place_in_config(inner) if isinstance(inner, dict) else None


def place_of(dataset: Any) -> object:
    """What an object of Kedro's says of its place, by the attributes that Kedro's own datasets have."""
    for key in ("_filepath", "_path"):
        found = getattr(dataset, key, None)
        if found:
            protocol = getattr(dataset, "_protocol", None)
            remote = isinstance(protocol, str) and protocol not in ("file", "local", "")
            return f"{protocol}://{os.fspath(found)}" if remote and "://" not in str(found) else found
    inner = getattr(dataset, "_dataset", None)
    return None if inner is None or inner is dataset else place_of(inner)


def kind_in_config(config: dict[str, Any]) -> str:
    """The class that a catalogue entry names, in the short form of Kedro's catalogues (`pandas.CSVDataset`)."""
    kind = config.get("type")
    if isinstance(kind, type):
        return kind_of(kind)
    return "" if kind is None else str(kind).removeprefix("kedro_datasets.").removeprefix("kedro.io.")


def kind_of(kind: type) -> str:
    """The short form of a class of datasets: without the module's own name, as catalogues write it."""
    rooms = kind.__module__.split(".")
    if rooms[0] == "kedro_datasets" and len(rooms) > 2:
        return f"{rooms[1]}.{kind.__qualname__}"
    if rooms[:2] == ["kedro", "io"]:
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def keeps_in_memory(kind: str) -> bool:
    """Is it a class whose data is gone with the process?"""
    return kind.rpartition(".")[2] in ("MemoryDataset", "SharedMemoryDataset")
