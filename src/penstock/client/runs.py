"""Runs of one server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self, TypeAlias
from urllib.parse import quote

from penstock.client.door import Door
from penstock.errors import UsageError

Document: TypeAlias = dict[str, Any]
#: A run as people name it (id, a part of it, `latest`), several by their whole ids, or a filter as in `where`.
Which: TypeAlias = "str | Iterable[str] | Where"


class Where:
    """Runs that fit a filter: `Where("state=failed&pipeline=shop")`, or `Where.all()`.

    Raises UsageError for an empty one, which all runs would fit.
    """

    def __init__(self, query: str) -> None:
        if not query.strip(" ?"):
            cure = 'say which, as in Where("state=failed"), or Where.all()'
            raise UsageError("the filter is empty: all runs would fit", cure=cure)
        self.query: str | None = query

    @classmethod
    def all(cls) -> Self:
        """Every run there is."""
        every = cls.__new__(cls)
        every.query = None
        return every

    @property
    def body(self) -> Document:
        """As the API takes it."""
        return {"all": True} if self.query is None else {"filter": self.query}


class Runs:
    """Lists, starts and steers runs.

    An action on one run gives the run as it is then, or the command while the run's engine has not answered
    (`{"kind", "state": "waiting", ...}`); one on several gives what became of each: `{"applied", "refused", "waiting",
    "results"}`. Raises Refused, Unreachable.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    def list(self, **filter: Any) -> Document:
        """A page of runs: `{"items", "next_cursor"}`. Keywords are those of the list over HTTP: state, pipeline, ..."""
        page: Document = self._door.get("runs", filter)
        return page

    def get(self, run: str) -> Document:
        """A run in full."""
        found: Document = self._door.get(f"runs/{quote(run, safe='')}")
        return found

    def start(self, pipeline: str, *, params: Mapping[str, Any] | None = None, **more: Any) -> Document:
        """Ask for a run; an engine of `penstock up` begins it.

        `more`: namespace, labels, tags, type, from_, to, only, and of a Kedro project env. Time and again the same run
        is meant when the same `key` (an idempotency key) is given.
        """
        key = more.pop("key", None)
        body = {name.rstrip("_"): value for name, value in more.items()}
        asked: Document = self._door.post("runs", {"pipeline": pipeline, "params": dict(params or {}), **body}, key)
        return asked

    def cancel(self, run: Which, *, force: bool = False) -> Document:
        """End runs; with `force` without grace and clean-up."""
        return self._act("cancel", run, {"force": force})

    def pause(self, run: Which, *, now: bool = False) -> Document:
        """Begin nothing more; with `now` what runs stands still."""
        return self._act("pause", run, {"now": now})

    def resume(self, run: Which, *, step: bool = False, params: Mapping[str, Any] | None = None) -> Document:
        """Let paused runs go on; one of type debug by a `step`, or with other `params`."""
        return self._act("resume", run, {"step": step, "params": dict(params or {})})

    def breakpoints(self, run: Which, set: Iterable[str] = (), remove: Iterable[str] = ()) -> Document:
        """Have runs of type debug rest before tasks, or no more."""
        return self._act("breakpoints", run, {"set": [*set], "remove": [*remove]})

    def retry(self, run: Which, *, task: str | None = None, params: Mapping[str, Any] | None = None) -> Document:
        """Run again, in place, what failed or never ran, or `task` and all downstream."""
        return self._act("retry", run, {"task": task, "params": dict(params or {})})

    def replay(
        self,
        run: Which,
        *,
        task: str | None = None,
        params: Mapping[str, Any] | None = None,
        version: str = "same",
    ) -> Document:
        """Repeat as a new run, whole or from `task`, on the `same` version or the `latest`; the new run."""
        return self._act("replay", run, {"task": task, "params": dict(params or {}), "version": version})

    def set_state(self, run: Which, state: str, *, task: str | None = None, map_index: int | None = None) -> Document:
        """Take a task, or a run that is over, for what it is not."""
        return self._act("set-state", run, {"state": state, "task": task, "map_index": map_index})

    def force_run(self, run: Which) -> Document:
        """Start what waits for its turn, past its limit."""
        return self._act("force-run", run, {})

    def approve(
        self,
        run: Which,
        *,
        decision: str = "approve",
        task: str | None = None,
        values: Mapping[str, Any] | None = None,
        comment: str | None = None,
    ) -> Document:
        """Answer what a run asks: `approve` it, with the values of its form, or `reject` it."""
        given = {"decision": decision, "task": task, "values": dict(values or {}), "comment": comment}
        return self._act("approve", run, given)

    def label(self, run: Which, set: Mapping[str, str] | None = None, remove: Iterable[str] = ()) -> Document:
        """Set labels, and remove some."""
        return self._act("labels", run, {"set": dict(set or {}), "remove": [*remove]})

    def delete(self, run: Which, *, children: bool = False) -> Document:
        """Delete runs that are over, with their artifacts and logs."""
        return self._act("delete", run, {"children": children})

    def _act(self, action: str, run: Which, body: Document) -> Document:
        if isinstance(run, str):
            path = f"runs/{quote(run, safe='')}/actions/{action}"
        elif isinstance(run, Where):
            path, body = f"runs/actions/{action}", {**body, **run.body}
        else:
            path, body = f"runs/actions/{action}", {**body, "ids": [*run]}
        answer: Document = self._door.post(path, body)
        return answer
