"""A pipeline as plain JSON, drawn from Kedro's objects in the user's process.

It costs as little as can be: what can be found without Kedro (sources of functions, ids, kinds of parameters) is left
to `describe.build`. Nothing here is imported from Kedro, and nothing of a dataset is loaded.
"""

from __future__ import annotations

import inspect
import json
import os
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.integrations.kedro.ids import is_param, param_name, plain_name
from penstock.integrations.kedro.places import (
    keeps_in_memory,
    kind_in_config,
    kind_of,
    place_in_config,
    place_of,
    told_place,
)

_MISSING: Final = object()


def sketch(pipeline: Any, catalog: Any, params: Mapping[str, Any], project: str) -> dict[str, Any]:
    """`{"nodes": [...], "datasets": {name: {...}}, "params": {name: default}}` of a kedro.pipeline.Pipeline.

    `params` are all parameters of the project; only those that a node reads are kept, and one that is not there has no
    entry.
    """
    nodes = [_node(node) for node in pipeline.nodes]
    names = sorted({name for node in pipeline.nodes for name in (*node.inputs, *node.outputs)})
    return {
        "nodes": nodes,
        "datasets": _datasets((name for name in names if not is_param(name)), catalog, project),
        "params": _params((name for name in names if is_param(name)), params),
    }


def params_of(catalog: Any) -> dict[str, Any]:
    """All parameters as a catalogue holds them; {} where it has none."""
    try:
        found = catalog.load("parameters") if "parameters" in catalog else {}
    except Exception:  # somebody's own catalogue
        return {}
    return found if isinstance(found, dict) else {}


def _node(node: Any) -> dict[str, Any]:
    function = inner_function(node.func)
    code = getattr(function, "__code__", None)
    text = _text(node)
    doc = (getattr(function, "__doc__", None) or "").strip() if code is not None else ""
    body = {
        "name": node.name,
        "text": text,
        "call": f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', type(function).__name__)}",
        "inputs": arguments(node),
        "outputs": [plain_name(name) for name in node.outputs],
        "tags": sorted(node.tags),
        "namespace": node.namespace,
        "doc": doc.partition("\n")[0],
        "generator": inspect.isgeneratorfunction(node.func),
    }
    if code is not None:
        body["file"], body["line"] = code.co_filename, code.co_firstlineno
    return body


def inner_function(function: Any) -> Any:
    """The function below partials and decorators that keep it."""
    for _ in range(20):
        inner = getattr(function, "__wrapped__", None) or getattr(function, "func", None)
        if inner is None or not callable(inner):
            break
        function = inner
    return function


def _text(node: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Kedro warns of every partial, and has done so already
        return str(node)


def arguments(node: Any) -> list[tuple[str, str]]:
    """(argument, name of the dataset or parameter) in the function's order."""
    wired = getattr(node, "_inputs", None)
    if isinstance(wired, dict):
        return list(wired.items())
    names = list(node.inputs)
    return list(zip(_argument_names(node.func, len(names)), names, strict=True))


def _argument_names(function: Any, count: int) -> list[str]:
    code = getattr(function, "__code__", None)
    if code is not None and not hasattr(function, "__wrapped__") and not hasattr(function, "__signature__"):
        positional = list(code.co_varnames[: code.co_argcount])
        if inspect.ismethod(function):
            del positional[:1]
        if count <= len(positional):
            return positional[:count]
    return _bound_names(function, count)


def _bound_names(function: Any, count: int) -> list[str]:
    """The same for functions with `*frames` (named `frames[0]`, ...) or without a plain signature (`input1`, ...)."""
    try:
        wanted = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        wanted = []
    names = [one.name for one in wanted if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)][:count]
    many = next((one.name for one in wanted if one.kind == one.VAR_POSITIONAL), None)
    rest = count - len(names)
    return names + [f"{many}[{place}]" if many else f"input{len(names) + place + 1}" for place in range(rest)]


def _datasets(names: Iterable[str], catalog: Any, project: str) -> dict[str, Any]:
    """What is known of each; those that only live in memory have no facts."""
    found: dict[str, Any] = {}
    for name in names:
        facts = facts_of(catalog, name, project)
        if facts or plain_name(name) not in found:
            found[plain_name(name)] = facts
    return found


def facts_of(catalog: Any, name: str, project: str) -> dict[str, Any]:
    """What is told of a dataset; {} of one that only lives in memory, or can't be made."""
    try:
        config = config_of(catalog, name)
        if config is not None:
            kind, place, metadata = kind_in_config(config), place_in_config(config), config.get("metadata")
            versioned = bool(config.get("versioned"))
        else:
            dataset = catalog.get(name)
            if dataset is None:
                return {}
            kind, place, metadata = kind_of(type(dataset)), place_of(dataset), getattr(dataset, "metadata", None)
            versioned = getattr(dataset, "_version", None) is not None
    except Exception:  # Kedro itself will tell what is wrong with the entry, in a moment and better
        return {}
    if keeps_in_memory(kind):
        return {}
    layer, description = _told(metadata)
    facts = {
        "type": kind, "path": told_place(place, project), "layer": layer, "description": description,
        "versioned": versioned,
    }  # fmt: skip
    return {key: value for key, value in facts.items() if value}


def config_of(catalog: Any, name: str) -> dict[str, Any] | None:
    """The entry of the catalogue, also where a pattern makes it; None where only an object can tell.

    Nothing is made of it: a class that isn't installed is Kedro's to tell of. An entry that catches all is an
    exception, since asking for its configuration makes Kedro warn of it twice.
    """
    resolver = getattr(catalog, "config_resolver", None)
    if resolver is None:
        return None
    config = resolver.config.get(name)
    if config is None and resolver.match_dataset_pattern(name) is not None:
        config = resolver.resolve_pattern(name)
    return config if isinstance(config, dict) else None


def _told(metadata: Any) -> tuple[str, str]:
    if not isinstance(metadata, dict):
        return "", ""
    viz = metadata.get("kedro-viz")
    layer = viz.get("layer") if isinstance(viz, dict) else None
    description = metadata.get("description")
    return (layer if isinstance(layer, str) else "", description if isinstance(description, str) else "")


def _params(names: Iterable[str], params: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name in names:
        value = _param(param_name(name), params)
        if value is not _MISSING:
            found[param_name(name)] = plain(value)
    return found


def _param(name: str, params: Mapping[str, Any]) -> Any:
    if name == "parameters":
        return dict(params)
    at: Any = params
    for part in name.split("."):
        if not isinstance(at, Mapping) or part not in at:
            return _MISSING
        at = at[part]
    return at


def plain(value: Any) -> Any:
    """A value as plain JSON; what JSON has no form for (dates, paths, infinities) as text."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return str(value)
