"""Finding pipelines in files without importing user code here: children do, and may break as they like."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from penstock.authoring.project import KEDRO_PROJECT, project_files
from penstock.errors import DefinitionError, NotFound, NotSupportedYet, ParameterError
from penstock.model.spec import PipelineSpec, from_json

#: Seconds that importing a file may take, and opening a Kedro project: that loads Kedro and all that it needs.
PATIENCE: Final = 60.0
PATIENCE_WITH_PROJECTS: Final = 180.0
#: Bytes of what a child prints last that are kept.
_TAIL: Final = 4096
#: Which child looks into a file of this name; the usual one looks into files of Python.
_CHILDREN: Final = {KEDRO_PROJECT: "penstock.integrations.kedro.discover"}
_KINDS: Final = {kind.code: kind for kind in (DefinitionError, NotSupportedYet, ParameterError)}


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its pipelines, or why it can't be told; of a Kedro project also some, and why not all."""

    file: Path
    specs: tuple[PipelineSpec, ...] = ()
    error: DefinitionError | None = None


class Discovery:
    """Children at work on files, one for each, at most one a core at a time. Start it early, `result` when needed.

    A child for each file: one that breaks takes no other along, and what one imports is no part of another's version.
    A file may be the pyproject.toml of a Kedro project; `options` are for that child (integrations.kedro.discover).
    """

    def __init__(self, files: Sequence[Path], name: str | None = None, options: Sequence[str] = ()) -> None:
        self._waiting = deque(files)
        self._name = name
        self._options = options
        self._running: deque[_Child] = deque()
        self._start()

    def _start(self) -> None:
        while self._waiting and len(self._running) < (os.cpu_count() or 1):
            self._running.append(_Child(self._waiting.popleft(), self._name, self._options))

    def result(self, timeout: float | None = None) -> list[Found]:
        """What each file holds, in the order of the files. `timeout`: seconds for each file (`patience_for`)."""
        found = []
        while self._running:
            found.append(self._running[0].result(timeout))
            self._running.popleft()
            self._start()
        return found

    def stop(self) -> None:
        """Kill the children, from any thread: who waits for their result gets one at once."""
        self._waiting.clear()
        for child in list(self._running):
            child.kill()

    def end(self) -> None:
        """End the children with all below them. Nothing happens when they have ended."""
        self._waiting.clear()
        while self._running:
            self._running.popleft().end()


class _Child:
    """One child at work on one file."""

    def __init__(self, file: Path, name: str | None, options: Sequence[str]) -> None:
        self._file = file
        module = _CHILDREN.get(file.name, "penstock.authoring.discover")
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            # Without the current folder on its path: a file in it called `json.py` is no concern of the child itself.
            [sys.executable, "-P", "-m", module, str(file), *([] if name is None else [name]), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._said = b""
        self._tail = b""

    def result(self, timeout: float | None) -> Found:
        """What the file holds; the child is gone then."""
        seconds = patience_for(self._file) if timeout is None else timeout
        try:
            deadline = self._began + seconds
            if self._listen(deadline):
                return found_in(self._file, json.loads(self._said))
            status = self._process.wait(max(0.0, deadline - time.monotonic()))
            told = f"{_looking(self._file)} ended the process ({_told(status)})"
            return Found(self._file, error=DefinitionError(told, cure=last_line(self._tail), file=str(self._file)))
        except subprocess.TimeoutExpired:
            return Found(self._file, error=late(self._file, seconds))
        finally:
            self.end()

    def _listen(self, deadline: float) -> bool:
        """Take in what comes until the answer is whole: True; or until nothing can come any more: False.

        Raises TimeoutExpired. It ends with the answer and not with the pipes, which processes may hold that the file
        has started.
        """
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        out, err = self._process.stdout.fileno(), self._process.stderr.fileno()
        poll = select.poll()
        poll.register(out, select.POLLIN)
        poll.register(err, select.POLLIN)
        while True:
            ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not ready:
                raise subprocess.TimeoutExpired(self._process.args, deadline - self._began)
            for fd, _ in sorted(ready, key=lambda one: one[0] == out):  # the last words before the end
                piece = os.read(fd, 65536)
                if fd == err:
                    self._tail = (self._tail + piece)[-_TAIL:]
                    if not piece:
                        poll.unregister(err)
                    continue
                self._said += piece
                if not piece or piece.endswith(b"\n"):
                    return bool(piece)

    def end(self) -> None:
        """End the child with all below it; nothing happens the second time."""
        if self._process.stdout is None or self._process.stdout.closed:
            return
        self._kill_group()
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def kill(self) -> None:
        """Kill the child with all below it, from any thread."""
        if self._process.returncode is None:  # else its number may be another's by now
            self._kill_group()

    def _kill_group(self) -> None:
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # macOS: PermissionError where only zombies are left
            pass


def patience_for(file: Path) -> float:
    """Seconds that looking into a file may take."""
    return PATIENCE_WITH_PROJECTS if file.name == KEDRO_PROJECT else PATIENCE


def late(file: Path, seconds: float, tense: str = "took") -> DefinitionError:
    """What is told of a file that has not been looked into after so many seconds."""
    cure = "do slow work in tasks, not at import"
    if file.name == KEDRO_PROJECT:
        cure = "do slow work in nodes, not when the project's modules are imported or its hooks called"
    return DefinitionError(f"{_looking(file)} {tense} more than {seconds:g} s", cure=cure, file=str(file))


def _looking(file: Path) -> str:
    return "opening this project" if file.name == KEDRO_PROJECT else "importing it"


def found_in(file: Path, answer: dict[str, Any]) -> Found:
    """What the answer of a look says."""
    specs = tuple(from_json(body) for body in answer.get("pipelines", ()))
    if "error" not in answer:
        return Found(file, specs)
    told = answer["error"]
    facts = {key: told[key] for key in ("problems", "traceback", "empty") if told.get(key)}
    kind = _KINDS[told["code"]]
    return Found(file, specs, kind(told["message"], cure=told["cure"], file=told["file"], line=told["line"], **facts))


def _told(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit {status}"


def last_line(err: bytes) -> str | None:
    """What is told of the last words of a process."""
    lines = err.decode("utf-8", "replace").strip().splitlines()
    return f"it printed: {lines[-1][:200]}" if lines else None


def discover(target: Path, name: str | None = None, timeout: float | None = None) -> list[PipelineSpec]:
    """The pipelines of a file, or the one of that name. Raises NotFound, DefinitionError."""
    if not target.is_file():
        raise NotFound(f"there is no file {target}", cure="give the path of a Python file that makes a Pipeline")
    found = Discovery([target], name).result(timeout)[0]
    if found.error is not None:
        raise found.error
    return list(found.specs)


def discover_project(folder: Path, timeout: float | None = None) -> list[Found]:
    """What the files of a project hold; a broken one is told and does not hide the others. Raises SettingsError."""
    found = Discovery(project_files(folder)).result(timeout)
    return [one for one in found if one.error is None or not one.error.facts.get("empty")]
