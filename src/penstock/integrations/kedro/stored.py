"""Datasets of a run's catalogue that would only live in memory: they go through the artifact store."""

from __future__ import annotations

import inspect
from typing import Any, Final

from kedro.io.core import AbstractDataset, DatasetError

from penstock.errors import Unstorable
from penstock.integrations.kedro.ids import plain_name
from penstock.model.artifact import Artifact
from penstock.ports.executor import Ref
from penstock.worker.failures import name_of
from penstock.worker.values import MISSING, Values

_NOTHING: Final = object()


class Shelf:
    """What the node that is being made reads from the store and puts there.

    `refs` are references by dataset (without transcoding), `key` is what keys of its artifacts begin with. A node that
    is a generator saves a dataset many times, and the last time counts, as in memory: it is stored at the end.
    """

    def __init__(self, values: Values) -> None:
        self.values = values
        self.refs: dict[str, Ref] = {}
        self.key = ""
        self.made: dict[str, Artifact] = {}
        self._waiting: dict[str, Any] = {}
        self._at_the_end = False

    def begin(self, function: Any, refs: dict[str, Ref], key: str) -> None:
        """A node begins."""
        self.refs, self.key = refs, key
        self.made, self._waiting = {}, {}
        self._at_the_end = inspect.isgeneratorfunction(function)

    def load(self, name: str) -> Any:
        """The value of a dataset. Raises DatasetError where the run has none, ArtifactError."""
        dataset = plain_name(name)
        if dataset in self._waiting:
            return self._waiting[dataset]
        value = self.values.read(self.refs.get(dataset))
        if value is MISSING:
            raise DatasetError(f"the run has no value of '{dataset}': the node that makes it did not run")
        return value

    def save(self, name: str, value: Any) -> None:
        """Put a value away. Raises Unstorable, DiskFull, ArtifactError."""
        dataset = plain_name(name)
        if self._at_the_end:
            self._waiting[dataset] = value
        else:
            self._store(dataset, value)

    def end(self) -> None:
        """The node is over: store what waits. `waiting` names it should that fail."""
        for dataset in list(self._waiting):
            self._store(dataset, self._waiting[dataset])
            del self._waiting[dataset]

    @property
    def waiting(self) -> str | None:
        """The dataset that is being stored at the end."""
        return next(iter(self._waiting), None)

    def _store(self, dataset: str, value: Any) -> None:
        try:
            self.made[dataset] = Artifact.from_list(self.values.write(value, self.key + dataset))
        except Unstorable as error:
            kind = name_of(type(value))
            told = f"dataset '{dataset}' can't be stored, a value of type {kind}: {error.message}"
            cure = error.cure or "give it an entry in the catalogue, of a type that keeps it, or return what pickles"
            raise Unstorable(told, cure=cure) from error


class StoredDataset(AbstractDataset[Any, Any]):
    """Stands for a MemoryDataset whose value comes from one node and goes to others, in any process."""

    def __init__(self, name: str, shelf: Shelf, metadata: dict[str, Any] | None = None) -> None:
        self._name = name
        self._shelf = shelf
        self.metadata = metadata
        self._EPHEMERAL = True

    def load(self) -> Any:
        """The value."""
        return self._shelf.load(self._name)

    def save(self, data: Any) -> None:
        """Put the value away."""
        self._shelf.save(self._name, data)

    def _exists(self) -> bool:
        return plain_name(self._name) in self._shelf.refs

    def _describe(self) -> dict[str, Any]:
        return {}


class DryDataset(StoredDataset):
    """Stands for a dataset of the catalogue in a run that writes nothing outside: the store alone keeps what is saved.

    What no node of this run has saved is loaded from where the project keeps it.
    """

    def __init__(self, name: str, shelf: Shelf, kept: AbstractDataset[Any, Any]) -> None:
        super().__init__(name, shelf, getattr(kept, "metadata", None))
        self._EPHEMERAL = False
        self._kept = kept

    def load(self) -> Any:
        """The value of this run, else the one that is kept."""
        ref = self._shelf.refs.get(plain_name(self._name))
        elsewhere = ref is None or (isinstance(ref, list) and Artifact.from_list(ref).kind == "dataset")
        return self._kept.load() if elsewhere else super().load()

    def _exists(self) -> bool:
        return super()._exists() or self._kept.exists()


class ParamDataset(AbstractDataset[Any, Any]):
    """Stands for the MemoryDataset of a parameter, whose way to copy looks for libraries each time."""

    def __init__(self, value: Any) -> None:
        self._value = value
        self._EPHEMERAL = True
        self._plain = isinstance(value, str | int | float | bool | None)

    def load(self) -> Any:
        """A copy of the value."""
        if self._plain:
            return self._value
        from copy import deepcopy

        return deepcopy(self._value)

    def save(self, data: Any) -> None:
        """Set the value, as hooks may."""
        self.__init__(data)  # type: ignore[misc]

    def _describe(self) -> dict[str, Any]:
        return {}
