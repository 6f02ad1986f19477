"""The verbs of the command, by what people type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from penstock.cli.main import app


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    yield name, command
    for word, child in getattr(command, "commands", {}).items():
        yield from _walk(child, f"{name} {word}")


_ALL = dict(_walk(app, "penstock"))
VERBS = {name: command for name, command in _ALL.items() if not hasattr(command, "commands")}
GROUPS = {name: command for name, command in _ALL.items() if hasattr(command, "commands")}


def understood(name: str, words: list[str], *, checked: bool = True) -> Any:
    """What a verb or a group makes of these words, with the settings that it has below `penstock`."""
    return _ALL[name].make_context(name, words, resilient_parsing=not checked, **app.context_settings)


def page(name: str) -> str:
    """The help page of a verb or of a group."""
    return str(_ALL[name].get_help(understood(name, [], checked=False)))
