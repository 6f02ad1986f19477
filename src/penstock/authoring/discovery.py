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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from penstock.authoring.project import KEDRO_PROJECT, mentions, project_files
from penstock.errors import DefinitionError, NotFound, NotSupportedYet, ParameterError
from penstock.machine import cores
from penstock.model.called import split
from penstock.model.spec import PipelineSpec, from_json

#: Seconds that importing a file may take, and opening a Kedro project: that loads Kedro and all that it needs.
PATIENCE: Final = 60.0
PATIENCE_WITH_PROJECTS: Final = 180.0
#: Seconds after which it has taken long, of either.
SLOW: Final = 5.0
SLOW_WITH_PROJECTS: Final = 30.0
#: Seconds between two looks at a child that can say nothing any more, and has not ended.
_AGAIN: Final = 0.05
#: Bytes of what a child prints last that are kept.
_TAIL: Final = 4096
#: Which child looks into a file of this name; the usual one looks into files of Python.
_CHILDREN: Final = {KEDRO_PROJECT: "penstock.integrations.kedro.discover"}
#: What hears of a file whose import takes long, and how many seconds more it is waited for.
Waiting: TypeAlias = Callable[[Path, float], None]
_KINDS: Final = {kind.code: kind for kind in (DefinitionError, NotSupportedYet, ParameterError)}


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its pipelines, or why it can't be told; of a Kedro project also some, and why not all."""

    file: Path
    specs: tuple[PipelineSpec, ...] = ()
    error: DefinitionError | None = None


class Discovery:
    """Children at work on files, one for each. Start it early, `result` when needed.

    A child for each file: one that breaks takes no other along, and what one imports is no part of another's version.
    At most one a core works at a time; those that have taken long don't count, as they wait for something most often.
    A file may be the pyproject.toml of a Kedro project; `options` are for that child (integrations.kedro.discover).
    """

    def __init__(self, files: Sequence[Path], name: str | None = None, options: Sequence[str] = ()) -> None:
        self._files = tuple(files)
        self._waiting = deque(files)
        self._name = name
        self._options = options
        self._cores = cores().usable
        self._running: list[_Child] = []
        self._start()

    def _start(self) -> None:
        quick = sum(not child.told for child in self._running)
        for _ in range(min(len(self._waiting), self._cores - quick)):
            self._running.append(_Child(self._waiting.popleft(), self._name, self._options))

    def result(self, timeout: float | None = None, waiting: Waiting | None = None) -> list[Found]:
        """What each file holds, in the order of the files. `timeout`: seconds for each file (`patience_for`)."""
        found: dict[Path, Found] = {}
        try:
            while self._running:
                for child in self._turn(timeout):
                    found[child.file] = child.found(timeout)
                    self._running.remove(child)
                for child in self._running:
                    if not child.told and child.slow_in <= 0:
                        child.told = True
                        if waiting is not None:
                            waiting(child.file, child.left(timeout))
                self._start()
        finally:
            self.end()
        return [found[file] for file in self._files if file in found]

    def _turn(self, timeout: float | None) -> list[_Child]:
        """Wait for something to happen, and take it in; those that are through."""
        poll = select.poll()
        heard = {fd: child for child in self._running for fd in child.open}
        for fd in heard:
            poll.register(fd, select.POLLIN)
        seconds = min(child.next_in(timeout) for child in self._running)
        # The last words of a file before its end.
        ready = sorted(poll.poll(max(0.0, seconds) * 1000), key=lambda one: heard[one[0]].answers_at == one[0])
        for fd, _ in ready:
            heard[fd].hear(fd)
        return [child for child in self._running if child.is_through or child.left(timeout) <= 0]

    def stop(self) -> None:
        """Kill the children, from any thread: who waits for their result gets one at once."""
        self._waiting.clear()
        for child in list(self._running):
            child.kill()

    def end(self) -> None:
        """End the children with all below them. Nothing happens when they have ended."""
        self._waiting.clear()
        while self._running:
            self._running.pop().end()


class _Child:
    """One child at work on one file. `told`: that it takes long."""

    def __init__(self, file: Path, name: str | None, options: Sequence[str]) -> None:
        self.file = file
        self.told = False
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
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.answers_at = self._process.stdout.fileno()
        #: Where something may come yet.
        self.open = [self.answers_at, self._process.stderr.fileno()]
        self._said = b""
        self._tail = b""

    @property
    def is_through(self) -> bool:
        """Has it answered, or ended without?

        It counts as ended with its answer and not with the pipes, which processes may hold that the file has started.
        """
        return self._said.endswith(b"\n") or (self.answers_at not in self.open and self._process.poll() is not None)

    @property
    def slow_in(self) -> float:
        """Seconds until it has taken long."""
        return self._began + slow_after(self.file) - time.monotonic()

    def left(self, timeout: float | None) -> float:
        """Seconds for which it is waited for yet."""
        return self._began + (patience_for(self.file) if timeout is None else timeout) - time.monotonic()

    def next_in(self, timeout: float | None) -> float:
        """Seconds after which it is to be looked at, whatever it says."""
        times = [self.left(timeout)]
        if not self.told:
            times.append(self.slow_in)
        if self.answers_at not in self.open:
            times.append(_AGAIN)
        return min(times)

    def hear(self, fd: int) -> None:
        """Take in what has come there."""
        piece = os.read(fd, 65536)
        if fd == self.answers_at:
            self._said += piece
        else:
            self._tail = (self._tail + piece)[-_TAIL:]
        if not piece:
            self.open.remove(fd)

    def found(self, timeout: float | None) -> Found:
        """What the file holds, or that time is up; the child is gone then."""
        try:
            if self._said.endswith(b"\n"):
                return found_in(self.file, json.loads(self._said))
            status = self._process.poll()
            if status is None or self.answers_at in self.open:
                seconds = patience_for(self.file) if timeout is None else timeout
                return Found(self.file, error=late(self.file, seconds))
            told = f"{_looking(self.file)} ended the process ({_told(status)})"
            return Found(self.file, error=DefinitionError(told, cure=last_line(self._tail), file=str(self.file)))
        finally:
            self.end()

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


def slow_after(file: Path) -> float:
    """Seconds after which a look into a file has taken long."""
    return SLOW_WITH_PROJECTS if file.name == KEDRO_PROJECT else SLOW


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


def discover_project(folder: Path, waiting: Waiting | None = None) -> list[Found]:
    """What the files of a project hold; a broken one is told and does not hide the others. Raises SettingsError."""
    return _filled(Discovery(project_files(folder)).result(waiting=waiting))


class Search:
    """A look for a pipeline of a project by its name, with or without its namespace, begun with it.

    Files that have the name in their text come first; where one of these makes the pipeline, the others are not looked
    into, and can't hold it up. What makes a name of pieces is found, if no other file has it. Raises SettingsError.
    """

    def __init__(self, folder: Path, called: str) -> None:
        self._files = project_files(folder)
        self._namespace, self._name = split(called)
        self._near = [one for one in self._files if one.name == KEDRO_PROJECT or mentions(one, self._name)]
        self._discovery = Discovery(self._near)

    def result(self, waiting: Waiting | None = None) -> list[Found]:
        """What was looked into, in the order of the project's files."""
        found = self._discovery.result(waiting=waiting)
        if not any(self._is_meant(spec) for one in found for spec in one.specs):
            self._discovery = Discovery([file for file in self._files if file not in self._near])
            found += self._discovery.result(waiting=waiting)
            found.sort(key=lambda one: self._files.index(one.file))
        return _filled(found)

    def _is_meant(self, spec: PipelineSpec) -> bool:
        return spec.name == self._name and self._namespace in (None, spec.namespace)

    def end(self) -> None:
        """Give up."""
        self._discovery.end()


def _filled(found: list[Found]) -> list[Found]:
    """Without those of which nothing is to be told: they name penstock, and make no pipeline."""
    return [one for one in found if one.error is None or not one.error.facts.get("empty")]
