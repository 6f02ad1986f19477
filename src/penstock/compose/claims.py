"""Starting runs that were asked for: the duty of the engine of `penstock up`."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from penstock.compose.local import LocalEngine
from penstock.compose.spools import read_spools
from penstock.engine.recover import settle_abandoned_runs
from penstock.engine.refuse import refused_run
from penstock.engine.request import RunRequest
from penstock.engine.view import RunView
from penstock.errors import DefinitionError, NotFound, PenstockError, StoreBusy
from penstock.model.spec import PipelineSpec, from_json
from penstock.store import recovery, requests
from penstock.store.connection import Connection
from penstock.store.requests import Requested
from penstock.store.write import apply

#: Runs that this engine has at the same time. The others wait as they were asked for: views of runs take memory.
ROOM: Final = 100
#: Definitions that are kept for the next run.
KEPT: Final = 32
log = logging.getLogger("penstock.engine")


class Claims:
    """A duty of the `Desk`: claims runs that were asked for and starts them, ends the record of abandoned ones.

    A run that can't start is claimed too, and ends `failed` in the same transaction, so none waits for ever. `lost` is
    called when others have declared this engine gone.
    """

    def __init__(self, local: LocalEngine, lost: Callable[[], None]) -> None:
        self._local = local
        self._lost = lost
        self._keys: list[int] = []
        self._abandoned = False
        self._closed = threading.Event()
        self._specs: OrderedDict[tuple[str, str, str], PipelineSpec] = OrderedDict()

    def close(self) -> None:
        """Claim nothing any more; what was claimed goes on."""
        self._closed.set()

    def look(self, connection: Connection) -> None:
        """See what was asked for, as far as there is room."""
        room = ROOM - len(self._local.engine.live())
        self._keys = requests.unclaimed(connection, room) if room > 0 and not self._closed.is_set() else []

    def act(self) -> None:
        """Start what was seen."""
        for key in self._keys:
            if self._closed.is_set():
                return
            with self._local.database.read() as connection:
                asked = requests.requested(connection, key)
            if asked is not None:
                self._start(asked)

    def beat(self, *, alive: bool) -> None:
        """Settle runs whose process was killed, on this machine or elsewhere."""
        if not alive:
            self._lost()
            return
        # Before their runs are taken for lost: what a killed recorder of Kedro's runs left unread is still there.
        read_spools(self._local.home, self._local.database, self._local.settings.log_limit)
        now = time.time()
        with self._local.database.read() as connection:
            if not recovery.anything_abandoned(connection, now):
                return
        with self._local.database.write() as connection:
            settle_abandoned_runs(connection, self._local.owner, now)

    def _start(self, asked: Requested) -> None:
        # All that takes time or may fail comes before the claim: between that and the first commit of the run lie
        # milliseconds, and who dies there leaves the run to the next engine.
        made = self._made(asked)
        with self._local.database.write() as connection:
            claimed = requests.claim(connection, asked.key, self._local.owner)
            if claimed is None:
                return
            if isinstance(made, Exception):
                apply(connection, refused_run(claimed, self._local.owner, made, time.time()))
                return
            requests.complete(connection, asked.key, made.params, made.labels, made.tags, made.facts)
        made.stored_version, made.epoch = claimed.row_version, claimed.epoch
        self._local.engine.submit(made)

    def _made(self, asked: Requested) -> RunView | Exception:
        """The run, ready to start, or why it can't."""
        try:
            definition = self._definition(asked)
            view = self._local.planner.view(definition, request_of(asked), asked.id, asked.created_at / 1_000_000)
        except StoreBusy:
            raise
        except PenstockError as error:
            return error
        except Exception as error:
            log.exception("run %s can't start", asked.id)
            return error
        view.facts = {**(view.facts or {}), **(asked.facts or {})} or None
        return view

    def _definition(self, asked: Requested) -> PipelineSpec:
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
    )
