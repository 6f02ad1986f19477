"""Policies of nodes and pipelines: from tags (`penstock.retry.3`) and from `penstock.yml` beside the catalogue.

    defaults: {retry: 2}
    tags: {slow: {timeout: 1h}}
    namespaces: {reporting: {resources: {memory: 2GB}}}
    nodes: {train_model_node: {retry: {attempts: 3, delay: 10s}, timeout: 10m}}
    pipelines: {__default__: {timeout: 2h, concurrency: 1}}

Of a node, what stands lower in this list counts more, and a tag of the node itself most of all; `penstock.yml` of the
run's environment counts more than that of `base`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Literal

from penstock.authoring.cache import Cache
from penstock.authoring.places import Place
from penstock.authoring.problems import Problems
from penstock.authoring.reading import RESOURCES, Reader
from penstock.authoring.retry import Retry
from penstock.integrations.kedro.marked_yaml import BadYaml, Marked, read
from penstock.integrations.kedro.pipeline_policies import PIPELINE_POLICIES, SECTION, with_policies
from penstock.model.nearest import did_you_mean
from penstock.model.spec import ON_TIMEOUT, PipelineSpec, RetrySpec, TaskSpec

FILE: Final = "penstock.yml"
#: What a tag of ours begins with; the rest is the name of a policy and its value.
TAG: Final = "penstock."
SECTIONS: Final = ("defaults", "tags", "namespaces", "nodes", SECTION)
POLICIES: Final = (
    "retry",
    "timeout",
    "on_timeout",
    "allow_failure",
    "resources",
    "grace",
    "on_lost",
    "cache",
)
RETRY: Final = ("attempts", "delay", "backoff", "factor", "max_delay", "jitter", "max_time")
#: Policies that a tag can say: of these, `delay` is that of the retry, and the last are resources.
_BY_TAG: Final = ("retry", "delay", "timeout", "grace", "allow_failure", *RESOURCES)
_TRUE: Final = {"true": True, "false": False}


class Policies:
    """What a project says of its nodes and pipelines in the folders of its configuration, what counts most last.

    `specs` are all its pipelines; None where they are not known, and names can't be checked. Raises DefinitionError for
    what makes no sense, with the file, the line and the key.
    """

    def __init__(self, folders: Iterable[Path], specs: Iterable[PipelineSpec] | None) -> None:
        problems = Problems()
        known = None if specs is None else _known(specs)
        layers = (_layer(folder / FILE, known, problems) for folder in folders)
        self._layers = [layer for layer in layers if layer is not None]
        problems.raise_if_any()

    def applied(self, spec: PipelineSpec) -> PipelineSpec:
        """The pipeline and its tasks with their policies. Raises DefinitionError."""
        problems = Problems()
        tasks = {name: _with(task, self._layers, problems) for name, task in spec.tasks.items()}
        made = with_policies(dataclasses.replace(spec, tasks=tasks), self._layers, problems)
        problems.raise_if_any()
        return made


def _known(specs: Iterable[PipelineSpec]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {section: set() for section in SECTIONS[1:]}
    for spec in specs:
        found[SECTION].add(spec.name)
        for task in spec.tasks.values():
            found["tags"].update(task.tags)
            found["namespaces"].update(namespaces(task))
            found["nodes"].add(task.name)
    return found


def _layer(file: Path, known: dict[str, set[str]] | None, problems: Problems) -> Marked | None:
    if not file.is_file():
        return None
    try:
        layer = read(file)
    except BadYaml as error:
        problems.add(f"this is no YAML: {error}", None, Place(str(file), error.line))
        return None
    _check_names(layer, "", SECTIONS, "section", problems)
    _check_names(layer.at("defaults"), "defaults", POLICIES, "policy", problems)
    for section in SECTIONS[1:]:
        inside = layer.at(section)
        _check_names(inside, section, inside.keys() if known is None else known[section], section[:-1], problems)
        for name in inside.keys():  # noqa: SIM118 - Marked is no dict
            policies = PIPELINE_POLICIES if section == SECTION else POLICIES
            _check_names(inside.at(name), f"{section}.{name}", policies, "policy", problems)
    return layer


def _check_names(marked: Marked, path: str, known: Iterable[str], what: str, problems: Problems) -> None:
    if not isinstance(marked.value, dict | None):
        problems.add(f"{path or 'this file'} is {marked.value!r}", "write names with values", marked.place)
        return
    for name in marked.keys():  # noqa: SIM118 - Marked is no dict
        if name not in known:
            told = f"there is no {what} '{name}'{f' (in {path})' if path else ''}"
            problems.add(told, _of_others(name, known) or did_you_mean(str(name), known), marked.at(name).place)


def _of_others(name: object, known: Iterable[str]) -> str | None:
    """Where a policy belongs that stands at a pipeline and is of nodes, or the reverse."""
    if known is POLICIES and name in PIPELINE_POLICIES:
        return f"it is a policy of pipelines: write it in {SECTION}"
    if known is PIPELINE_POLICIES and name in POLICIES:
        return "it is a policy of nodes: write it in defaults, tags, namespaces or nodes"
    return None


def namespaces(task: TaskSpec) -> list[str]:
    """The namespace of a node's task and those around it, the outermost first."""
    parts = str(task.facts.get("namespace") or "").split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1) if parts[0]]


def _with(task: TaskSpec, layers: list[Marked], problems: Problems) -> TaskSpec:
    options: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for section, names in (("tags", task.tags), ("namespaces", namespaces(task)), ("nodes", [task.name])):
        if section == "tags":
            for layer in layers:
                _take(options, places, layer.at("defaults"))
        for layer in layers:
            for name in names:
                _take(options, places, layer.at(section).at(name))
    own = [tag for tag in task.tags if tag.startswith(TAG)]
    for tag in own:
        _take_tag(task, tag, options, places, problems)
    if not options:
        return task
    return _applied(task, options, places, problems)


def _take(options: dict[str, Any], places: dict[str, Place], marked: Marked) -> None:
    if not isinstance(marked.value, dict):
        return
    for name, value in marked.value.items():
        known = options.get(name)
        if name == "resources" and isinstance(known, dict) and isinstance(value, dict):
            value = {**known, **value}
        options[name], places[name] = value, marked.at(name).place


def _take_tag(task: TaskSpec, tag: str, options: dict[str, Any], places: dict[str, Place], problems: Problems) -> None:
    name, _, text = tag.removeprefix(TAG).partition(".")
    place = Place(task.file, task.line)
    if name not in _BY_TAG or not text:
        cure = f"write {TAG}NAME.VALUE, as in {TAG}retry.3" if name in _BY_TAG else did_you_mean(name, _BY_TAG)
        problems.add(f"tag '{tag}' of node '{task.name}' is no policy", cure, place)
        return
    value = _value(text)
    if name in RESOURCES:
        known = options.get("resources")
        options["resources"], places["resources"] = {**(known if isinstance(known, dict) else {}), name: value}, place
    elif name in ("retry", "delay"):
        known = options.get("retry")
        known = known if isinstance(known, dict) else {"attempts": 1 if known is None else known}
        options["retry"] = {**known, "attempts" if name == "retry" else "delay": value}
        places["retry"] = place
    else:
        options[name], places[name] = value, place


def _value(text: str) -> Any:
    if text in _TRUE:
        return _TRUE[text]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _applied(task: TaskSpec, options: dict[str, Any], places: dict[str, Place], problems: Problems) -> TaskSpec:
    made: dict[str, Any] = {}
    for name in options:
        if name not in POLICIES:
            continue  # told above
        reader = Reader(f"node '{task.name}'", options, places[name], problems)
        if name == "cache":
            made["cache"], made["cache_ttl"] = _cache(reader)
        else:
            made[name] = _READ[name](reader)
    return dataclasses.replace(task, **made)


def _retry(reader: Reader) -> RetrySpec:
    value = reader.options["retry"]
    if isinstance(value, dict):
        unknown = [name for name in value if name not in RETRY]
        for name in unknown:
            reader.wrong(f"retry of {reader.whose} has no '{name}'", did_you_mean(str(name), RETRY))
        if unknown:
            return RetrySpec()
        made = Retry(**{"attempts": 1, **value})
        made.place = reader.place
        reader = Reader(reader.whose, {"retry": made}, reader.place, reader.problems)
    return reader.retry()


def _cache(reader: Reader) -> tuple[Literal["inputs", "never"] | None, float | None]:
    """`inputs`, `{by: inputs, ttl: 7d}`, or false."""
    value = reader.options["cache"]
    if isinstance(value, dict):
        unknown = [name for name in value if name not in ("by", "ttl")]
        for name in unknown:
            reader.wrong(f"cache of {reader.whose} has no '{name}'", did_you_mean(str(name), ("by", "ttl")))
        made = Cache(value.get("by", "inputs"), ttl=value.get("ttl"))
        reader = Reader(reader.whose, {"cache": made}, reader.place, reader.problems)
    return reader.cache()


_READ: Final[dict[str, Callable[[Reader], Any]]] = {
    "retry": _retry,
    "timeout": lambda reader: reader.seconds("timeout"),
    "on_timeout": lambda reader: reader.choice("on_timeout", ON_TIMEOUT, "failed"),
    "allow_failure": lambda reader: reader.flag("allow_failure"),
    "resources": lambda reader: reader.resources(),
    "grace": lambda reader: reader.seconds("grace", 5.0, nothing=True),
    "on_lost": lambda reader: reader.choice("on_lost", ("retry", "fail"), "retry"),
}
