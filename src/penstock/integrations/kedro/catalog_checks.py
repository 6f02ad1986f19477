"""What a pipeline asks of the catalogue: every dataset can be made, and what no node makes is there."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from importlib.metadata import metadata
from importlib.util import find_spec
from typing import Any, Final

from penstock.authoring.places import of_function
from penstock.authoring.problems import Problems
from penstock.integrations.kedro.entries import entry_place
from penstock.integrations.kedro.ids import is_param
from penstock.integrations.kedro.project import Project, only_in_memory
from penstock.model.nearest import did_you_mean, nearest

#: What Kedro says of a catalogue entry's type that is not there, and what it advises for any.
_NO_CLASS: Final = re.compile(r"Dataset '([^']+)' not found in '([^']+)'")
_NO_MODULE: Final = re.compile(r"No module named '[^']+'.*missing dependencies for ([\w.]+):")
_KEDROS_OWN_ADVICE: Final = re.compile(
    r" (Please install the missing|Make sure the dataset name|Hint: If you are trying|"
    r"Dataset '[^']+' must only contain).*$"
)
#: What it says of an entry whose keys are not the arguments of its class.
_UNKNOWN: Final = re.compile(r"unexpected keyword argument '([^']+)'.*valid for the constructor of '([^']+)'")
_LACKING: Final = re.compile(r"missing \d+ required (?:keyword-only|positional) arguments?: (.+?)\. ")


def is_well(pipeline: Any, catalog: Any, unknown: set[str], project: Project, problems: Problems) -> bool:
    """Can every dataset be made, and is what no node makes in the catalogue? Problems where it is not so.

    `unknown` are the datasets that the catalogue had no entry for when it was opened.
    """
    before = len(problems.found)
    made = {output for node in pipeline.nodes for output in node.outputs}
    readers = {name: node for node in reversed(pipeline.nodes) for name in node.inputs}
    for name in sorted(pipeline.datasets()):
        if name in made and only_in_memory(name, catalog):
            continue
        try:
            catalog.get(name, fallback_to_runtime_pattern=True)
        except Exception as error:  # of Kedro, and of anybody's dataset
            problems.add(*_of_entry(name, error, project.package), entry_place(name, project.conf))
            continue
        if name in unknown and name not in made and name in readers:
            known = sorted(({*catalog.keys()} - unknown) | made)
            problems.add(*_unknown_input(name, readers[name], known), of_function(readers[name].func))
    return len(problems.found) == before


def _of_entry(name: str, error: Exception, package: str) -> tuple[str, str | None]:
    said = " ".join(str(error).split())
    missing = next((one for one in _causes(error) if isinstance(one, ModuleNotFoundError)), None)
    cure = _cure_of_arguments(said)
    if "issubclass() arg 1 must be a class" in said:
        return f"the type of the dataset '{name}' is no class", "name one of datasets, as in pandas.CSVDataset"
    if missing is not None and missing.name:
        cure = f"install {missing.name.partition('.')[0].replace('_', '-')}"
    elif wrong := _NO_CLASS.search(said):
        cure = _cure_of_class(wrong[1], wrong[2], package)
    elif wrong := _NO_MODULE.search(said):
        cure = _cure_of_module(wrong[1], package)
    said = _KEDROS_OWN_ADVICE.sub("", said).removeprefix(
        f"An exception occurred when parsing config for dataset '{name}': "
    )
    return f"the dataset '{name}' can't be made: {said.rstrip('.')}", cure


def _cure_of_class(name: str, room: str, package: str) -> str:
    """For a type whose module is there, or another of that name: `json` is one of Python's, too."""
    if not _has_datasets() and not _is_of(package, room):
        return _cure_of_module(f"{room}.{name}", package)
    close = nearest(name, dir(sys.modules.get(f"kedro_datasets.{room}") or sys.modules.get(room)))
    return f"did you mean '{room}.{close}'?" if close else f"mend its name, or install what has {name}"


def _cure_of_module(kind: str, package: str) -> str:
    """For a type whose module, or what that imports, is not there."""
    if _is_of(package, kind):
        return "mend its name, or write it"
    extra = kind.removeprefix("kedro_datasets.").lower().replace(".", "-")
    known = metadata("kedro-datasets").get_all("Provides-Extra", []) if _has_datasets() else [extra]
    return f"pip install 'kedro-datasets[{extra}]'" if extra in known else "mend its name, or install what has it"


def _is_of(package: str, name: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _has_datasets() -> bool:
    return find_spec("kedro_datasets") is not None


def _cure_of_arguments(said: str) -> str | None:
    """For an entry whose keys do not fit its class."""
    if missing := _LACKING.search(said):
        return f"give it {missing[1]}"
    if "argument after ** must be a mapping" in said:
        return "write its credentials as names with values, as in {key: …, secret: …}"
    unknown = _UNKNOWN.search(said)
    if unknown is None:
        return None
    room, _, kind = unknown[2].rpartition(".")
    made = getattr(sys.modules.get(room), kind, None)
    return None if made is None else did_you_mean(unknown[1], set(inspect.signature(made).parameters) - {"self"})


def _causes(error: BaseException) -> Iterable[BaseException]:
    seen: BaseException | None = error
    for _ in range(20):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _unknown_input(name: str, node: Any, known: list[str]) -> tuple[str, str]:
    alike = [each for each in known if is_param(each) == is_param(name)]
    if is_param(name):
        return f"node '{node.name}' reads '{name}', and there is no such parameter", did_you_mean(name, alike)
    told = f"node '{node.name}' reads '{name}', which no node makes and the catalogue does not have"
    return told, did_you_mean(name, alike)
