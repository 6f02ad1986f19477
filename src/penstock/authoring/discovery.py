"""Finding pipelines in files without importing user code here: a child does, and may break as it likes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from penstock.errors import DefinitionError, NotFound, SettingsError
from penstock.model.spec import PipelineSpec, from_json

#: Seconds that importing a file may take.
PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its pipelines, or why it can't be told."""

    file: Path
    specs: tuple[PipelineSpec, ...] = ()
    error: DefinitionError | None = None


class Discovery:
    """A child at work on files. Start it early, `result` when it is needed."""

    def __init__(self, files: Sequence[Path], name: str | None = None) -> None:
        self._files = list(files)
        names = [] if name is None else ["--name", name]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "penstock.authoring.discover", *names, *map(str, self._files)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )

    def result(self, timeout: float = PATIENCE) -> list[Found]:
        """What each file holds, in the order of the files."""
        try:
            out, err = self._child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.end()
            late = f"importing it took more than {timeout:g} s"
            return self._read(b"", DefinitionError(late, cure="do slow work in tasks, not at import"))
        status = self._child.returncode
        gone = DefinitionError(f"importing it ended the process ({_told(status)})", cure=_last_line(err))
        return self._read(out, gone)

    def end(self) -> None:
        """End the child with all below it."""
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._child.wait()

    def _read(self, out: bytes, gone: DefinitionError) -> list[Found]:
        answers = {answer["file"]: answer for answer in map(json.loads, out.splitlines())}
        return [_found(file, answers.get(str(file)), gone) for file in self._files]


def _found(file: Path, answer: dict[str, Any] | None, gone: DefinitionError) -> Found:
    if answer is None:
        return Found(file, error=DefinitionError(gone.message, cure=gone.cure, file=str(file)))
    if "error" in answer:
        told = answer["error"]
        facts = {key: told[key] for key in ("problems", "traceback") if told.get(key)}
        error = DefinitionError(told["message"], cure=told["cure"], file=told["file"], line=told["line"], **facts)
        return Found(file, error=error)
    return Found(file, tuple(from_json(body) for body in answer["pipelines"]))


def _told(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit {status}"


def _last_line(err: bytes) -> str | None:
    lines = err.decode("utf-8", "replace").strip().splitlines()
    return f"it printed: {lines[-1][:200]}" if lines else None


def discover(target: Path, name: str | None = None, timeout: float = PATIENCE) -> list[PipelineSpec]:
    """The pipelines of a file, or the one of that name. Raises NotFound, DefinitionError."""
    if not target.is_file():
        raise NotFound(f"there is no file {target}", cure="give the path of a Python file that makes a Pipeline")
    found = Discovery([target], name).result(timeout)[0]
    if found.error is not None:
        raise found.error
    return list(found.specs)


def project_files(folder: Path) -> list[Path]:
    """The files of a project that may hold pipelines: in the folders of `penstock.toml`, `pipelines/`, or here.

    Only files that name penstock are looked into. Raises SettingsError for a folder that is not there.
    """
    folders = _folders(folder)
    files = [file for one in folders for file in sorted(one.glob("*.py"))]
    return [file for file in files if b"penstock" in file.read_bytes()]


def _folders(folder: Path) -> list[Path]:
    settings = folder / "penstock.toml"
    if settings.is_file():
        try:
            named = tomllib.loads(settings.read_text(encoding="utf-8")).get("pipelines")
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{settings} can't be read: {error}") from error
        if named is not None:
            missing = [name for name in named if not (folder / name).is_dir()]
            if missing:
                raise SettingsError(f"{settings} names the folder '{missing[0]}', which is not there")
            return [folder / name for name in named]
    return [folder / "pipelines"] if (folder / "pipelines").is_dir() else [folder]


def discover_project(folder: Path, timeout: float = PATIENCE) -> list[Found]:
    """What the files of a project hold; a broken one is told and does not hide the others."""
    files = project_files(folder)
    if not files:
        return []
    # One child for each, side by side: a file that breaks its process takes no other along.
    children = [Discovery([file]) for file in files]
    found = [child.result(timeout)[0] for child in children]
    nothing = "there is no pipeline in this file"
    return [one for one in found if one.error is None or one.error.message != nothing]
