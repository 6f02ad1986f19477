"""What is wrong with files of a project's configuration, by what Kedro says of it: which file, which line, the cure.

Kedro raises plain errors for them, so it is their text that tells. One that is not known here is told as it is.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from penstock.authoring.places import Place
from penstock.integrations.kedro.entries import entry_place, place_of_text
from penstock.integrations.kedro.marked_yaml import BadYaml, read
from penstock.integrations.kedro.setting_troubles import place_of_setting
from penstock.model.nearest import nearest

#: Names of the files that Kedro reads from the folder of an environment.
_READ: Final = ("catalog", "parameters", "credentials", "globals")
#: Code that reads them.
_READERS: Final = ("kedro/config/", "/omegaconf/", "/yaml/")


class Conf(NamedTuple):
    """Where a project's configuration is: the folder, in it the environment below all others and the one of those who
    name none, and the module that may say so.
    """

    project: Path
    source: Path
    base: str
    default: str
    settings: Path


Told = tuple[str, str | None, Place]


def of_configuration(error: BaseException, said: str, conf: Conf) -> Told | None:
    """Message, cure and place, where an error is about the configuration; else None."""
    for pattern, told in _KNOWN.items():
        found = pattern.search(said)
        if found is not None:
            return told(found, conf)
    frames = traceback.extract_tb(error.__traceback__)
    return _unfit(conf) if any(part in frame.filename for frame in frames for part in _READERS) else None


def _unfit(conf: Conf) -> Told | None:
    """The first file that is not what Kedro takes all of them for: names with values."""
    files = [file for each in _READ for file in sorted(conf.source.glob(f"*/**/{each}*.*")) if file.is_file()]
    for file in (file for file in files if file.suffix in (".yml", ".yaml", ".json")):
        told = _of_file(file)
        if told is not None:
            return told
    return None


def _of_file(file: Path) -> Told | None:
    try:
        value = read(file).value
    except BadYaml as error:
        return f"this is no YAML: {error}", None, Place(str(file), error.line)
    except OSError as error:
        return f"this can't be read: {error}", None, Place(str(file), None)
    if isinstance(value, dict | None):
        return None
    kind = "a list" if isinstance(value, list) else "a text" if isinstance(value, str) else "a value"
    return f"this is {kind}, and not names with values", "write name: value", Place(str(file), 1)


def _unreadable(found: re.Match[str], _conf: Conf) -> Told:
    return _of_file(Path(found[1])) or ("this is no YAML or JSON", None, Place(found[1], None))


def _no_folder(found: re.Match[str], conf: Conf) -> Told:
    """Kedro says the same of the folder of all, of an environment, and of the one that is above all of them."""
    env = os.path.relpath(found[1], conf.source)
    told = os.path.relpath(conf.source, conf.project)
    if not conf.source.is_dir():
        cure = "make it, or name another as CONF_SOURCE in settings.py"
        place = place_of_setting("CONF_SOURCE", conf.settings)
        return f"there is no folder {told}/ with the configuration", cure, place
    if env == conf.base:
        cure = "make it, for what holds in all environments"
        return f"there is no folder {told}/{env}/", cure, Place(str(conf.source), None)
    there = sorted(one.name for one in conf.source.iterdir() if one.is_dir() and one.name != conf.base)
    close = nearest(env, there)
    cure = f"name an environment that is a folder of {told}/ with --env"
    if close is not None:
        cure = f"did you mean '{close}'?"
    elif env == conf.default:
        cure = f"make it, or {cure}"
    return f"there is no environment '{env}': no folder {told}/{env}/", cure, Place(str(conf.source), None)


def _no_file(found: re.Match[str], conf: Conf) -> Told:
    folders = " nor ".join(os.path.relpath(folder, conf.project) for folder in found.group(1, 2))
    cure = f"add {os.path.relpath(found[1], conf.project)}/{found[3]}.yml; an empty one will do"
    return f"there is no {found[3]}.yml in {folders}", cure, Place(str(conf.source), None)


def _twins(found: re.Match[str], conf: Conf) -> Told:
    name = found[3].partition(",")[0].removesuffix("...")
    first, second = sorted(found.group(1, 2))
    # Parameters are told with all that they are in: a.b of a: {b: 1}.
    place = _line_of(name.rpartition(".")[2], Path(second))
    return f"'{name}' stands in {os.path.relpath(first, conf.project)} too", "keep one of them", place


def _line_of(name: str, file: Path) -> Place:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    there = re.search(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*:", text, re.MULTILINE)
    return Place(str(file), text.count("\n", 0, there.end()) + 1 if there else None)


def _no_entry(found: re.Match[str], conf: Conf) -> Told:
    cure = "write what it is, as in {type: pandas.CSVDataset, filepath: …}; a name that others refer to begins with _"
    place = entry_place(found[1], conf.source)
    return (None if place.line else _unfit(conf)) or (f"the dataset '{found[1]}' is no entry", cure, place)


def _no_key_of_pattern(found: re.Match[str], conf: Conf) -> Told:
    told = f"the entry '{found[2]}' uses {found[1]}, which its name does not have"
    return told, "use only what stands in {} in its name", entry_place(found[2], conf.source)


def _without_type(found: re.Match[str], conf: Conf) -> Told:
    cure = "say one, as in type: pandas.CSVDataset; the name of an entry that others only refer to begins with _"
    return f"the dataset '{found[1]}' has no type", cure, entry_place(found[1], conf.source)


def _without_credentials(found: re.Match[str], conf: Conf) -> Told:
    file = os.path.relpath(conf.source / conf.default / "credentials.yml", conf.project)
    cure = f"write them in {file}, under '{found[1]}'"
    place = place_of_text(rf"\bcredentials\s*:\s*[\"']?{re.escape(found[1])}\b", conf.source, "*catalog*.y*ml")
    return f"there are no credentials '{found[1]}'", cure, place


def _without_value(found: re.Match[str], conf: Conf) -> Told:
    place = place_of_text(rf"\$\{{[^}}]*{re.escape(found[1])}", conf.source, "*.y*ml")
    return f"'{found[2]}' refers to '{found[1]}', which there is not", "define it, or mend its name", place


def _without_resolver(found: re.Match[str], conf: Conf) -> Told:
    cure = "define it as one of custom_resolvers in CONFIG_LOADER_ARGS of settings.py, or mend its name"
    if found[1] == "oc.env":
        cure = "Kedro knows oc.env in credentials.yml only; elsewhere define it in CONFIG_LOADER_ARGS of settings.py"
    place = place_of_text(rf"\$\{{\s*{re.escape(found[1])}\s*:", conf.source, "*.y*ml")
    return f"'{found[2]}' asks the resolver '{found[1]}', which there is not", cure, place


def _without_given(found: re.Match[str], conf: Conf) -> Told:
    word, base = ("globals", f"{conf.base}/globals.yml") if found[1] == "Globals key" else ("runtime_params", "")
    cure = f"give a default, as in ${{{word}:{found[2]},1}}" + (f", or define it in {base}" if base else "")
    place = place_of_text(rf"\$\{{\s*{word}\s*:\s*{re.escape(found[2])}\b", conf.source, "*.y*ml")
    return f"'{found[3]}' takes '{found[2]}' of {word}, where it is not, and has no default", cure, place


_KNOWN: Final[dict[re.Pattern[str], Callable[[re.Match[str], Conf], Told]]] = {
    re.compile(r"Invalid YAML or JSON file (.+?), unable to read"): _unreadable,
    re.compile(r"either does not exist or is not a valid directory: (.+)$"): _no_folder,
    re.compile(r"No files of YAML or JSON format found in (.+) or (.+) matching .*: \['(\w+)"): _no_file,
    re.compile(r"Duplicate keys found in (.+?) and (.+?): (.+)$"): _twins,
    re.compile(r"Catalog entry '([^']+)' is not a valid dataset configuration"): _no_entry,
    re.compile(r"Keys used in the configuration \{(.+)\} should present in the dataset pattern name (.+)\.$"): (
        _no_key_of_pattern
    ),
    re.compile(r"parsing config for dataset '([^']+)': 'type' is missing"): _without_type,
    re.compile(r"Unable to find credentials '([^']+)'"): _without_credentials,
    re.compile(r"Interpolation key '([^']+)' not found.*full_key: (\S+)", re.DOTALL): _without_value,
    re.compile(r"Unsupported interpolation type (\S+).*full_key: (\S+)", re.DOTALL): _without_resolver,
    re.compile(r"(Globals key|Runtime parameter) '([^']+)' not found and no default.*full_key: (\S+)", re.DOTALL): (
        _without_given
    ),
}
