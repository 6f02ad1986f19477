"""What runs of the store ask for, as the engine takes it: their definitions and requests."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Final

from penstock.authoring.environments import check_there
from penstock.authoring.load import has_changed
from penstock.engine.request import RunRequest
from penstock.errors import DefinitionError, NotFound
from penstock.model.spec import CodeRef, PipelineSpec, from_json
from penstock.store.requests import Requested

#: Definitions that are kept for the next run.
KEPT: Final = 32


class Definitions:
    """The definitions of stored runs; those of the last runs are kept. Used by one thread.

    `project` is the folder of who asks. Where a version was first told of by another checkout, the code of this one is
    taken if it is the same.
    """

    def __init__(self, project: Path | None = None) -> None:
        self._project = project
        self._specs: OrderedDict[tuple[str, str, str], PipelineSpec] = OrderedDict()

    def of(self, asked: Requested) -> PipelineSpec:
        """The definition that a run is of. Raises NotFound, DefinitionError."""
        name = (asked.namespace, asked.pipeline, asked.version)
        spec = self._specs.get(name)
        if spec is None:
            body = json.loads(asked.spec)
            if not body:
                raise NotFound(
                    f"version {asked.version} of pipeline '{asked.pipeline}' is not known any more",
                    cure="run its latest version",
                )
            spec = self._specs[name] = from_json(body)
            if len(self._specs) > KEPT:
                self._specs.popitem(last=False)
        return spec if spec.code is None else replace(spec, code=self._located(spec.code, asked))

    def _located(self, code: CodeRef, asked: Requested) -> CodeRef:
        """The code where it lies for us. Raises DefinitionError."""
        project = self._project
        elsewhere = project is not None and not _lies_below(Path(code.root), project)
        own = _twin(code, project) if project is not None and elsewhere else None
        if own is not None:
            return own
        if Path(code.root, code.file).is_file():
            check_there(code)
            return code
        if not elsewhere:
            raise DefinitionError(
                f"the file of pipeline '{asked.pipeline}' is not there any more: {code.file}",
                cure="put it back, or run another pipeline",
            )
        raise DefinitionError(
            f"version {asked.version} of pipeline '{asked.pipeline}' was told of by another checkout: its file "
            f"{code.file} is not in {code.root} any more, and {project} has no code that is the same",
            cure="check that version out here, or run the latest one",
        )


def _lies_below(root: Path, project: Path) -> bool:
    return root.is_relative_to(project) or root.resolve().is_relative_to(project.resolve())


def _twin(code: CodeRef, project: Path) -> CodeRef | None:
    """The same code in our project: below it the root has the same place as in the checkout that it was found in, and
    how long the way there is, is not known.
    """
    parts = Path(code.root).parts
    for length in range(len(parts)):
        own = replace(code, root=str(project.joinpath(*parts[len(parts) - length :])))
        if code.digest and Path(own.root, own.file).is_file() and not has_changed(own):
            return own
    return None


def request_of(asked: Requested) -> RunRequest:
    """What the row of a run asks for, as the engine takes it."""
    parts = asked.selection or {}
    return RunRequest(
        params=asked.params,
        labels=asked.labels,
        tags=tuple(asked.tags),
        type=asked.type,
        from_=tuple(parts.get("from", ())),
        to=tuple(parts.get("to", ())),
        only=tuple(parts.get("only", ())),
        select_tags=tuple(parts.get("tags", ())),
        from_run=asked.from_run,
        trigger=asked.trigger,
        replay_of=asked.replay_of,
        replay_from=asked.replay_from,
        facts=asked.facts,
        refresh=bool(asked.options.get("refresh")),
        breakpoints=tuple(asked.options.get("breakpoints", ())),
    )
