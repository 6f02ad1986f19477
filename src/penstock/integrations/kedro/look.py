"""A look into a Kedro project by the workers that will run it: Kedro and the project are loaded once for both."""

from __future__ import annotations

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from penstock.authoring import own_code
from penstock.authoring.discovery import Found, Waiting, found_in, last_line, late, patience_for, slow_after
from penstock.errors import DefinitionError
from penstock.integrations.kedro.files import files
from penstock.ports.executor import Assignment, Ended, Executor, RunContext

#: The loader (CodeRef.loader) of a look.
LOADER: Final = "penstock.integrations.kedro.looking"
#: Where a look leaves its answer, in the folder for artifacts.
ANSWER: Final = "answer.json"
#: No run and no attempt have these: keys of runs are moments.
_ID: Final = "look"
_KEY: Final = "0:0:1"
_LOG: Final = "look.jsonl"


class Look:
    """A look by an open executor, that was asked for when this was made; `result` waits for it.

    `file` is the project's pyproject.toml; `name` and `env` as for integrations.kedro.discover. Nobody else may use the
    executor until `result` has returned. In its place, authoring.discovery.Discovery looks by a child of its own.
    """

    def __init__(self, executor: Executor, file: Path, name: str | None, env: str | None) -> None:
        self._executor = executor
        self._file = file
        self._began = time.monotonic()
        self._folder = TemporaryDirectory(prefix="penstock-", ignore_cleanup_errors=True)
        executor.prepare(
            RunContext(
                run_id=_ID,
                pipeline=name or "",
                namespace="",
                version=_ID,
                type="standard",
                params={},
                labels={},
                code={
                    "root": str(file.parent),
                    # As of the run that follows, which so finds these workers.
                    "digest": _digest(file.parent),
                    "loader": LOADER,
                    "name": name,
                    "options": {"env": env},
                },
                artifacts=self._folder.name,
                logs=self._folder.name,
            )
        )
        executor.dispatch(
            [Assignment(_KEY, _ID, _ID, None, None, 1, 1, {}, None, "run", patience_for(file), 0.0, None, _LOG, ())]
        )

    def result(self, waiting: Waiting | None = None) -> list[Found]:
        """What the project holds, as one file. Raises AgentLost, ExecutorError."""
        slow = self._began + slow_after(self._file)
        try:
            while True:
                if waiting is not None and time.monotonic() >= slow:
                    waiting(self._file, self._began + patience_for(self._file) - time.monotonic())
                    waiting = None
                for report in self._executor.poll(None if waiting is None else max(0.0, slow - time.monotonic())):
                    if isinstance(report, Ended) and report.key == _KEY:
                        return [self._found(report)]
        finally:
            self._executor.forget(_ID)
            self.end()

    def end(self) -> None:
        """Nobody waits for it any more."""
        self._folder.cleanup()

    def _found(self, ended: Ended) -> Found:
        if ended.outcome == "succeeded":
            return found_in(self._file, json.loads(Path(self._folder.name, ANSWER).read_bytes()))
        if ended.reason == "timeout":
            return Found(self._file, error=late(self._file, patience_for(self._file)))
        why = (ended.error or {}).get("message") or ended.reason or ended.outcome
        log = Path(self._folder.name, _LOG)
        said = last_line(_printed(log)) if log.exists() else None
        told = f"opening this project ended the process ({why})"
        return Found(self._file, error=DefinitionError(told, cure=said, file=str(self._file)))


def _digest(project: Path) -> str:
    try:
        return own_code.digest(project, files(project))
    except (DefinitionError, OSError):  # which the look will tell
        return ""


def _printed(log: Path) -> bytes:
    """What was printed into a log of an attempt (agent.logs), without what we say there."""
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    return "\n".join(line["message"] for line in lines if line["logger"] != "penstock").encode("utf-8", "replace")
