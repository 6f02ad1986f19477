"""Pipelines as people call them: by the name alone, or as `namespace/name`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from penstock.model.nearest import did_you_mean, nearest

#: The namespace of a pipeline that names none.
DEFAULT: Final = "default"


def full_name(namespace: str, name: str) -> str:
    """`namespace/name`."""
    return f"{namespace}/{name}"


def split(called: str) -> tuple[str | None, str]:
    """The namespace, None where none is told, and the name."""
    namespace, slash, name = called.rpartition("/")
    return namespace if slash else None, name


def pipeline_meant(called: str, known: Iterable[tuple[str, str]]) -> str:
    """The cure for a name of a pipeline that there is not, from the (namespace, name) of those that there are.

    A name that is right in another namespace comes before one that is only alike.
    """
    pairs = sorted(set(known))
    namespace, name = split(called)
    if namespace is not None:
        same = [full_name(*pair) for pair in pairs if pair[1] == name]
        return _either(same) if same else did_you_mean(called, [full_name(*pair) for pair in pairs])
    close = nearest(name, [pair[1] for pair in pairs])
    if close is None:
        return did_you_mean(name, [_short(pair, pairs) for pair in pairs])
    return _either([_short(pair, pairs) for pair in pairs if pair[1] == close])


def _either(names: list[str]) -> str:
    told = " or ".join(f"'{name}'" for name in names[:3])
    return f"did you mean {told}?"


def _short(pair: tuple[str, str], among: list[tuple[str, str]]) -> str:
    """Its name; with the namespace where that is not the default one, or others have the same name."""
    namespace, name = pair
    lone = namespace == DEFAULT and sum(other == name for _, other in among) == 1
    return name if lone else full_name(namespace, name)
