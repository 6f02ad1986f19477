"""The nodes of one run in a worker: each is made by Kedro's own Task, with hooks, generators, and its catalogue."""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Mapping
from typing import Any

from kedro.runner.task import Task as KedroTask

from penstock.authoring.current import run as current
from penstock.authoring.current import tell
from penstock.authoring.places import of_function
from penstock.errors import PenstockError
from penstock.integrations.kedro.entries import entry_place
from penstock.integrations.kedro.ids import is_param, plain_name
from penstock.integrations.kedro.kept import kept_artifact
from penstock.integrations.kedro.places import keeps_in_memory, kind_of
from penstock.integrations.kedro.project import Project, only_in_memory
from penstock.integrations.kedro.sizes import measured
from penstock.integrations.kedro.stored import DryDataset, ParamDataset, Shelf, StoredDataset
from penstock.integrations.kedro.watch import Done, Watch
from penstock.model.artifact import Artifact
from penstock.ports.executor import Ref
from penstock.worker.failures import FACTS
from penstock.worker.records import RecordHandler
from penstock.worker.values import Values


class Nodes:
    """Makes nodes of one pipeline, one at a time. `dry`: what they save is kept in the artifact store only."""

    def __init__(
        self, project: Project, pipeline: Any, catalog: Any, values: Values, run_id: str, *, dry: bool = False
    ) -> None:
        self.project = project
        self.pipeline = pipeline
        self.catalog = catalog
        self._run_id = run_id
        self._dry = dry
        self._shelf = Shelf(values)
        self._kept: dict[str, Artifact] = {}
        #: Names in the catalogue of what only goes from node to node.
        self._between: set[str] = set()
        self._watch = Watch(self._saved, self._between)
        self._nodes = {node.name: node for node in pipeline.nodes}
        project.hooks.register(self._watch)
        self._make_catalog()

    def has(self, name: str) -> bool:
        """Is there a node of this name?"""
        return name in self._nodes

    def node(self, name: str) -> Any:
        """A node. Raises KeyError."""
        return self._nodes[name]

    def make(self, node: Any, refs: Mapping[str, Ref], key: str, *, again: bool) -> dict[str, list[Any]]:
        """Load, run and save; list forms of artifacts by dataset. `again`: an earlier attempt may have left something.

        Raises what the function raises, and what Kedro or we raise of a load or save, with facts that say so.
        """
        os.chdir(self.project.folder)
        self._shelf.begin(node.func, dict(refs), key)
        self._kept = {}
        self._watch.begin()
        if again:
            self._remove_remains(node)
        generator = inspect.isgeneratorfunction(node.func)
        try:
            KedroTask(
                node=node, catalog=self.catalog, is_async=False, hook_manager=self.project.hooks, run_id=self._run_id
            ).execute()
            self._shelf.end()
        except Exception as error:
            raise self._told(error, node) from error.__cause__
        finally:
            self._watch.end(generator)
            self._report()
        return {dataset: self._artifact(dataset) for dataset in dict.fromkeys(map(plain_name, node.outputs))}

    def _artifact(self, dataset: str) -> list[Any]:
        made = self._shelf.made.get(dataset) or self._kept.get(dataset)
        # A generator may end without having saved anything, and Kedro is content with that.
        return (made or Artifact("json", "null", None, 4, None, None, None, "NoneType")).to_list()

    def _saved(self, name: str, data: Any) -> None:
        dataset = self.catalog.get(name)
        if not isinstance(dataset, StoredDataset):
            self._kept[plain_name(name)] = kept_artifact(dataset, data, str(self.project.folder))

    def _report(self) -> None:
        """Tell how long the parts took, and what was loaded and saved."""
        for name, seconds in self._watch.seconds.items():
            current.metric(f"{name}_seconds", seconds, "s")
        for done in self._watch.done:
            tell(
                "dataset_loaded" if done.operation == "load" else "dataset_saved",
                {"dataset": done.dataset, "seconds": done.seconds, "bytes": self._bytes(done), "rows": done.rows},
            )
        if self._watch.doing is not None:
            operation, dataset = self._watch.doing
            tell("dataset_failed", {"dataset": dataset, "operation": operation})

    def _bytes(self, done: Done) -> int | None:
        name = plain_name(done.dataset)
        if done.operation == "save":
            made = self._shelf.made.get(name) or self._kept.get(name)
            return None if made is None else made.bytes
        dataset = self.catalog.get(done.dataset)
        if isinstance(dataset, StoredDataset):
            ref = self._shelf.refs.get(name)
            return Artifact.from_list(ref).bytes if type(ref) is list else None
        return measured(dataset, "load")[1]

    def _told(self, error: Exception, node: Any) -> Exception:
        """The error with the operation and the dataset at fault; what the store has to say, in its own words."""
        doing = self._watch.doing or (("save", self._shelf.waiting) if self._shelf.waiting else None)
        if doing is None:
            return error
        cause: BaseException | None = error
        for _ in range(10):
            if cause is None or isinstance(cause, PenstockError):
                break
            cause = cause.__cause__
        told = cause if isinstance(cause, PenstockError) else error
        facts: dict[str, Any] = {"operation": doing[0], "dataset": plain_name(doing[1])}
        entry = entry_place(doing[1], self.project.conf)
        # What has no entry in the catalogue is a value that a function takes or returns.
        place = entry if entry.line is not None else of_function(inspect.unwrap(node.func))
        if place.line is not None:
            facts |= {"file": place.file, "line": place.line}
        setattr(told, FACTS, facts)
        return told

    # --- the catalogue -------------------------------------------------------------------------------------

    def _make_catalog(self) -> None:
        """Materialise what the pipeline needs; what would live in memory between nodes goes through the store."""
        made = {name for node in self.pipeline.nodes for name in node.outputs}
        kept_aside = {plain_name(name) for name in made} if self._dry else set()
        known = self.catalog._datasets
        for name in self.pipeline.datasets():
            if name in made and only_in_memory(name, self.catalog):
                known[name] = StoredDataset(name, self._shelf)
                continue
            dataset = self.catalog.get(name, fallback_to_runtime_pattern=True)
            if not keeps_in_memory(kind_of(type(dataset))):
                if plain_name(name) in kept_aside:
                    known[name] = DryDataset(name, self._shelf, dataset)
                continue
            if is_param(name):
                known[name] = ParamDataset(dataset.load())
            elif name in made or plain_name(name) in made:
                known[name] = StoredDataset(name, self._shelf, getattr(dataset, "metadata", None))
        self._between.update(name for name, each in known.items() if type(each) in (StoredDataset, ParamDataset))
        for handler in logging.getLogger().handlers:
            if isinstance(handler, RecordHandler):
                handler.addFilter(_is_no_heading)

    def _remove_remains(self, node: Any) -> None:
        """What an attempt that was cut off has left at the run's own save version: Kedro would not write over it."""
        for name in node.outputs:
            dataset = self.catalog.get(name)
            version = getattr(dataset, "_version", None)
            exists, files = getattr(dataset, "_exists_function", None), getattr(dataset, "_fs", None)
            if version is None or not version.save or exists is None or files is None:
                continue
            path = str(dataset._get_versioned_path(version.save))
            if exists(path):
                files.rm(path, recursive=True)
                dataset.release()


def _is_no_heading(record: logging.LogRecord) -> bool:
    """Kedro writes the node above what the node has to say; each has a log of its own here. One without a line lets
    the next begin at once: otherwise the agent has to see first whose line it is. Logs of the project have it.
    """
    return record.name != "kedro.pipeline.node" or not str(record.msg).startswith("Running node")
