"""What a node is made of besides its inputs: its function, and the entries of the catalogue that it reads and writes.

An entry of another place, or one that another environment has, makes other data of the same function.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from penstock.authoring.fingerprint import DIGITS, Fingerprints
from penstock.integrations.kedro.ids import is_param
from penstock.integrations.kedro.project import Project
from penstock.integrations.kedro.sketch import config_of, facts_of


class NodeDigests:
    """Digests of nodes of one project, in one environment."""

    def __init__(self, project: Project, catalog: Any) -> None:
        self._prints = Fingerprints(project.folder)
        self._folder = str(project.folder)
        self._catalog = catalog
        self._entries: dict[str, Any] = {}

    def of(self, node: Any) -> str:
        """The digest of a node; "" where that of its function can't be told."""
        function = self._prints.of(node.func)
        entries = {name: entry for name in (*node.inputs, *node.outputs) if (entry := self._entry(name))}
        if not function or not entries:
            return function
        # Kedro makes places absolute, and a project is the same wherever it lies.
        text = json.dumps([function, entries], sort_keys=True, default=str).replace(f"{self._folder}/", "")
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]

    def keeps(self, node: Any) -> bool:
        """Does it read or write what the catalogue has?"""
        return any(self._entry(name) for name in (*node.inputs, *node.outputs))

    def _entry(self, name: str) -> Any:
        if name not in self._entries:
            self._entries[name] = None if is_param(name) else self._told(name)
        return self._entries[name]

    def _told(self, name: str) -> Any:
        facts = facts_of(self._catalog, name, self._folder)
        try:
            config = config_of(self._catalog, name)
        except Exception:  # of an entry that Kedro will tell of
            config = None
        return facts and [facts, _without_secrets(config)]


def _without_secrets(config: Any) -> Any:
    if isinstance(config, dict):
        kept = ((str(key), value) for key, value in config.items() if key not in ("credentials", "metadata"))
        return {key: _without_secrets(value) for key, value in kept}
    return config
