"""What runs of the store ask for, as the engine takes it: their definitions and requests."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path
from typing import Final

from penstock.engine.request import RunRequest
from penstock.errors import DefinitionError, NotFound
from penstock.model.spec import PipelineSpec, from_json
from penstock.store.requests import Requested

#: Definitions that are kept for the next run.
KEPT: Final = 32


class Definitions:
    """The definitions of stored runs; those of the last runs are kept. Used by one thread."""

    def __init__(self) -> None:
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
        if spec.code is not None and not Path(spec.code.root, spec.code.file).is_file():
            raise DefinitionError(
                f"the file of pipeline '{asked.pipeline}' is not there any more: {spec.code.file}",
                cure="put it back, or run another pipeline",
            )
        return spec


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
        refresh=bool(asked.options.get("refresh")),
        breakpoints=tuple(asked.options.get("breakpoints", ())),
    )
