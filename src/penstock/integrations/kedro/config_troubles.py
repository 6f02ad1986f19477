"""What is wrong with files of a project's configuration, by what Kedro says of it: which file, which line, the cure.

Kedro raises plain errors for them, so it is their text that tells. One that is not known here is told as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from penstock.authoring.places import Place
from penstock.integrations.kedro.entries import entry_place, place_of_text
from penstock.integrations.kedro.marked_yaml import BadYaml, read

Facts = dict[str, Any]


def of_configuration(said: str, conf: Path) -> Facts | None:
    """Message, cure, file and line (from 1), where an error's text is about the configuration; else None."""
    for pattern, told in _KNOWN.items():
        found = pattern.search(said)
        if found is not None:
            message, cure, place = told(found, conf)
            return {"message": message, "cure": cure, "file": place.file, "line": place.line}
    return None


Told = tuple[str, str | None, Place]


def _unreadable(found: re.Match[str], _conf: Path) -> Told:
    try:
        read(Path(found[1]))
    except BadYaml as error:
        return f"this is no YAML: {error}", None, Place(found[1], error.line)
    except OSError as error:
        return f"this can't be read: {error}", None, Place(found[1], None)
    return "this is no YAML or JSON", None, Place(found[1], None)


def _without_type(found: re.Match[str], conf: Path) -> Told:
    cure = "say one, as in type: pandas.CSVDataset; the name of an entry that others only refer to begins with _"
    return f"the dataset '{found[1]}' has no type", cure, entry_place(found[1], conf)


def _without_credentials(found: re.Match[str], conf: Path) -> Told:
    cure = f"write them in conf/local/credentials.yml, under '{found[1]}'"
    place = place_of_text(rf"\bcredentials\s*:\s*[\"']?{re.escape(found[1])}\b", conf, "*catalog*.y*ml")
    return f"there are no credentials '{found[1]}'", cure, place


def _without_value(found: re.Match[str], conf: Path) -> Told:
    place = place_of_text(rf"\$\{{[^}}]*{re.escape(found[1])}", conf, "*.y*ml")
    return f"'{found[2]}' refers to '{found[1]}', which there is not", "define it, or mend its name", place


_KNOWN: Final[dict[re.Pattern[str], Callable[[re.Match[str], Path], Told]]] = {
    re.compile(r"Invalid YAML or JSON file (.+?), unable to read"): _unreadable,
    re.compile(r"parsing config for dataset '([^']+)': 'type' is missing"): _without_type,
    re.compile(r"Unable to find credentials '([^']+)'"): _without_credentials,
    re.compile(r"Interpolation key '([^']+)' not found.*full_key: (\S+)", re.DOTALL): _without_value,
}
