"""From references to values and back: the only place of a worker that knows how they are written."""

from __future__ import annotations

import copy
from typing import Any

from penstock.artifacts import ArtifactStore
from penstock.model.fanout import item_at
from penstock.ports.executor import Ref

#: Stands for an argument that is left to the function's default.
MISSING = object()


class Values:
    """Reads references and writes outputs of one run's artifact store."""

    def __init__(self, root: str) -> None:
        self._store = ArtifactStore(root)

    def read(self, ref: Ref) -> Any:
        """The value that a reference stands for; MISSING for None. Raises ArtifactError."""
        if ref is None:
            return MISSING
        if type(ref) is list:
            return self._store.get_form(ref)
        if "json" in ref:
            return copy.deepcopy(ref["json"])
        if "list" in ref:
            values = [self.read(each) for each in ref["list"]]
            return [None if value is MISSING else value for value in values]
        return item_at(self.read(ref["item"]), ref["at"])

    def write(self, value: Any, key: str) -> list[Any]:
        """Store a value; its artifact's list form. Raises Unstorable, DiskFull, ArtifactError."""
        return self._store.put(value, key).to_list()
