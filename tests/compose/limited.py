"""A home with pipelines whose runs are limited, and gates at which their tasks wait."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from penstock.compose.claims import Claims
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.model import ids
from penstock.model.spec import LimitSpec, PipelineSpec, to_json
from penstock.store import orders, requests
from penstock.store.database import Database, open_database
from penstock.store.definitions import Found, record_definitions
from penstock.store.documents import run_document
from penstock.store.orders import Outcome
from tests.compose.discovered import discovered
from tests.journeys.conftest import until

FLOW = """
import time
from pathlib import Path
from penstock import Limit, Pipeline

def wait(gate):
    while gate and not Path(gate).exists():
        time.sleep(0.005)

def made(name, limit, **more):
    pipeline = Pipeline(name, params={"gate": "", "fails": False}, concurrency=limit, **more)

    @pipeline.task
    def work(gate, fails):
        wait(gate)
        assert not fails

    return pipeline

one = made("one", 1)
two = made("two", 2)
skipping = made("skipping", Limit(1, full="skip"))
failing = made("failing", Limit(1, full="fail"))
newest = made("newest", Limit(1, full="cancel_oldest"))
left = made("left", None, tags=["shared"])
right = made("right", 1, tags=["shared"])
free = made("free", None)

pooled = Pipeline("pooled", params={"items": list(range(4))})

@pooled.task(foreach={"item": "items"}, resources={"pool": "db"})
def query(item):
    time.sleep(0.02)
"""


class Limited:
    """A home with the pipelines of FLOW, for one test or for several, one after the other."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.folder = folder
        self.home = Home(folder / ".penstock", url or str(folder / ".penstock" / "penstock.db"))
        self.home.make()
        self.database: Database = open_database(self.home.database_url)
        self.settings = Settings(workers=3, pools={"db": 1}, limits={"shared": LimitSpec(1)})
        self.specs: dict[str, PipelineSpec] = {}
        self._tests = self._texts = self._before = 0
        self.begin()

    def begin(self) -> None:
        """Of the tests before, nothing is seen any more."""
        self._tests += 1
        with self.database.read() as connection:
            self._before = connection.all("SELECT max(id) FROM event")[0][0] or 0
        self.define(FLOW)

    def define(self, text: str) -> None:
        # Of another length each time: Python knows a file that it compiled by its second and its length.
        self._texts += 1
        (self.folder / "flow.py").write_text(text + "#" * self._texts)
        specs = discovered(self.folder / "flow.py")
        self.specs = {one.name: one for one in specs}
        found = [Found(one.namespace, one.name, one.version, json.dumps(to_json(one)), "flow.py") for one in specs]
        with self.database.write() as connection:
            record_definitions(connection, found, [], time.time())

    def gate(self, name: str) -> str:
        return str(self.folder / f"gate-{self._tests}-{name}")

    def open(self, name: str) -> None:
        Path(self.gate(name)).touch()

    def ask(self, pipeline: str, gate: str = "", **params: Any) -> str:
        values = {"gate": self.gate(gate) if gate else "", **params} if pipeline != "pooled" else {}
        with self.database.write() as connection:
            return requests.ask_for_run(connection, pipeline=pipeline, now=time.time(), params=values)

    def order(self, run: str, kind: str, **arguments: Any) -> Outcome:
        with self.database.write() as connection:
            return orders.ask(connection, ids.key_of(run), kind, arguments, time.time(), "ann")

    def engine(self) -> LocalEngine:
        def duty(local: LocalEngine) -> Claims:
            return Claims(local, lambda: None)

        return LocalEngine(self.home, self.settings, kind="engine", look=0.01, duty=duty)

    def terminal(self) -> LocalEngine:
        return LocalEngine(self.home, self.settings, look=0.01)

    def document(self, run: str) -> dict[str, Any]:
        with self.database.read() as connection:
            return run_document(connection, ids.key_of(run))

    def state(self, run: str) -> str:
        document = self.document(run)
        return document["state"] + (f"/{document['reason']}" if document["reason"] else "")

    def becomes(self, run: str, state: str) -> None:
        until(lambda: self.state(run) == state, lambda: f"run {run} becomes {state}, not {self.state(run)}")

    def events(self, run: str | None = None) -> list[tuple[str, str, Any]]:
        """Run, kind and data of all events of runs of this test, in the order of their commits."""
        which = f"AND id > {self._before}" if run is None else f"AND run_key = {ids.key_of(run)}"
        with self.database.read() as connection:
            rows = connection.all(
                f"SELECT run_key, kind, data FROM event WHERE seq IS NULL AND kind LIKE 'run.%' {which} ORDER BY id"
            )
        return [(ids.run_id(key), kind, json.loads(data) if data else None) for key, kind, data in rows]

    def held(self) -> list[Any]:
        """The slots that are held."""
        with self.database.read() as connection:
            return list(connection.all("SELECT * FROM slot"))

    def most_at_once(self) -> int:
        """How many runs went at the same time, by the events' own order."""
        going: set[str] = set()
        most = 0
        for run, kind, _ in self.events():
            if kind == "run.running":
                going.add(run)
            elif kind in ("run.succeeded", "run.warning", "run.failed", "run.cancelled", "run.skipped"):
                going.discard(run)
            most = max(most, len(going))
        return most
