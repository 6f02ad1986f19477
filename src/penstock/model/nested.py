"""Params inside of params: `a.b` is what the dict parameter `a` holds under `b`.

A definition may have both as params of their own; a change of one then is a change of the other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from penstock.model.spec import Json, ParamSpec


def holder(name: str, specs: Mapping[str, ParamSpec]) -> str | None:
    """The innermost dict parameter whose default holds `name`; None when there is none."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        outer = ".".join(parts[:count])
        if outer in specs and has(specs[outer].default, parts[count:]):
            return outer
    return None


def has(value: Json, path: list[str]) -> bool:
    """Is there something at a path of keys, below dicts?"""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def names(specs: Mapping[str, ParamSpec]) -> list[str]:
    """All names that can be given: of params, and of the parts of those that are dicts."""
    found = dict.fromkeys(specs)
    for name, spec in specs.items():
        found |= dict.fromkeys(_below(name, spec.default))
    return list(found)


def _below(name: str, value: Json) -> Iterator[str]:
    for key, part in value.items() if isinstance(value, dict) else ():
        yield f"{name}.{key}"
        yield from _below(f"{name}.{key}", part)


def at(value: Json, path: list[str]) -> Json:
    """What is at a path that is there."""
    for key in path:
        value = value[key]
    return value


def spread(values: dict[str, Json], changes: Mapping[str, Json]) -> dict[str, Json]:
    """Values by name after changes, which may be of parts of them; outer changes come before inner ones."""
    made = dict(values)
    for name, value in sorted(changes.items(), key=lambda one: one[0].count(".")):
        for known in made:
            if known == name:
                made[known] = value
            elif name.startswith(f"{known}."):
                made[known] = _with(made[known], name[len(known) + 1 :].split("."), value)
            elif known.startswith(f"{name}."):
                path = known[len(name) + 1 :].split(".")
                made[known] = at(value, path) if has(value, path) else made[known]
    return made


def tree(changes: Iterable[tuple[str, Json]]) -> dict[str, Any]:
    """Dotted names as dicts in dicts; outer names come before inner ones."""
    found: dict[str, Any] = {}
    for name, value in sorted(changes, key=lambda one: one[0].count(".")):
        *outer, last = name.split(".")
        place = found
        for key in outer:
            inner = place.get(key)
            place[key] = place = dict(inner) if isinstance(inner, dict) else {}
        place[last] = value
    return found


def _with(value: Json, path: list[str], part: Json) -> Json:
    """A copy with `part` at a path, where the dict around it is there; else the same."""
    if not has(value, path[:-1]) or not isinstance(at(value, path[:-1]), dict):
        return value
    made = copy.deepcopy(value)
    at(made, path[:-1])[path[-1]] = part
    return made
