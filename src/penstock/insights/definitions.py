"""What changed between two versions of a pipeline."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Document: TypeAlias = dict[str, Any]

#: Facts of a task that follow from where its code stands, or are told apart.
_PLACE: Final = frozenset(("name", "file", "line", "source"))
#: Lines around a change that are shown with it.
_CONTEXT: Final = 3


def changes(first: Mapping[str, Any], second: Mapping[str, Any]) -> Document:
    """The difference of two definitions (JSON of model.spec.to_json), as wire.compare.DefinitionChanges.

    A task's `source` is a unified diff, null where the text is the same or unknown. `same` is False also where nothing
    that can be named differs but the code that the tasks call does.
    """
    before, after = first.get("tasks", {}), second.get("tasks", {})
    changed = [_task(name, before[name], after[name]) for name in after if name in before]
    facts = _facts(first, second, leave={"tasks", "params", "datasets", "code"})
    params = _parts(first.get("params", {}), second.get("params", {}))
    found: Document = {
        "added": [name for name in after if name not in before],
        "removed": [name for name in before if name not in after],
        "changed": [one for one in changed if one["facts"] or one["source"]],
        "facts": facts + params,
    }
    code = first.get("code", {}).get("digest"), second.get("code", {}).get("digest")
    return {"same": not any(found.values()) and code[0] == code[1], "code_same": code[0] == code[1], **found}


def _task(name: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> Document:
    return {
        "task": name,
        "facts": _facts(first, second, leave=_PLACE),
        "source": _diff(first.get("source"), second.get("source")),
    }


def _facts(first: Mapping[str, Any], second: Mapping[str, Any], leave: frozenset[str] | set[str]) -> list[Document]:
    """Facts with another value. One that a definition does not name has its default, and is null here."""
    return [
        {"name": name, "first": first.get(name), "second": second.get(name)}
        for name in dict.fromkeys((*second, *first))
        if name not in leave and first.get(name) != second.get(name)
    ]


def _parts(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Document]:
    return [{**fact, "name": f"params.{fact['name']}"} for fact in _facts(first, second, leave=frozenset())]


def _diff(first: str | None, second: str | None) -> str | None:
    if first is None or second is None or first == second:
        return None
    lines = difflib.unified_diff(first.splitlines(), second.splitlines(), lineterm="", n=_CONTEXT)
    return "\n".join(list(lines)[2:])  # without the names of two files
