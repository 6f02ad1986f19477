"""Looking into the files of a project by short-lived children, each file when it or what it imports has changed."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from penstock.authoring.discovery import Discovery, Found, slow_after
from penstock.authoring.project import KEDRO_PROJECT
from penstock.errors import DefinitionError
from penstock.machine import cores

#: Seconds after which a file with a problem is looked into again, for what it needs may be elsewhere.
RETRY: Final = 60.0


class Mark(NamedTuple):
    """What tells one content of a file from another, without reading it."""

    changed: int
    size: int
    inode: int


def mark_of(file: Path | str) -> Mark | None:
    """The mark of a file; None when there is none, or something else in its place."""
    try:
        known = os.stat(file)
    except OSError:
        return None
    if not stat.S_ISREG(known.st_mode):
        return None
    return Mark(known.st_mtime_ns, known.st_size, known.st_ino)


#: The marks of some files.
Marks: TypeAlias = Mapping[Path, Mark | None]


@dataclass(slots=True)
class _Look:
    """A look under way. `marks`: of the file and of all that it was known to import, before the look began; `near`: of
    the files around it. `began` by the clock, `wall` in nanoseconds since 1970.
    """

    discovery: Discovery
    began: float
    wall: int
    marks: Marks
    near: Marks
    stopped: bool = False


@dataclass(slots=True)
class _File:
    """A file of the project: how it and what it imports was when it was looked into last, and what was found.

    A file with a problem may have it from any file near it, so `near` counts then too, and always for one that stands
    for a `whole` project; `failed` counts looks into one that stayed the same.
    """

    whole: bool = False

    marks: Marks = field(default_factory=dict)
    near: Marks = field(default_factory=dict)
    found: Found | None = None
    at: float = 0.0
    failed: int = 0
    look: _Look | None = None


class Looks:
    """What the files of a project hold. One thread calls this; `ended` is called in others, and must be quick."""

    def __init__(self, ended: Callable[[Path, Found], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._ended = ended
        self._clock = clock
        self._cores = cores().usable
        self._files: dict[Path, _File] = {}

    def want(self, files: Marks, near: Mapping[Path, Marks]) -> None:
        """These are the files now: forget the others, and look into those that are new or have changed.

        `near` has all files of Python by their folder.
        """
        for gone in self._files.keys() - files.keys():
            look = self._files.pop(gone).look
            if look is not None:
                self._stop(look)
        for file in files:
            self._files.setdefault(file, _File(whole=file.name == KEDRO_PROJECT))
        for path, one in self._files.items():
            if one.look is not None and one.look.marks[path] != files[path]:
                self._stop(one.look)  # it is looked into again when this one has ended
        free = self._cores - sum(
            1 for path, one in self._files.items() if one.look and not self._is_slow(path, one.look)
        )
        for path, one in self._files.items():
            if free > 0 and one.look is None and self._has_changed(one, near[path.parent]):
                self._begin(path, one, near[path.parent])
                free -= 1

    def take(self, file: Path, found: Found) -> bool:
        """Keep what a look has found. False when it was stopped, or nobody wants it any more."""
        one = self._files.get(file)
        if one is None or one.look is None:
            return False
        look, one.look = one.look, None
        if look.stopped:
            return False
        same = all(one.marks.get(other) == mark for other, mark in look.marks.items())
        one.failed = one.failed + 1 if found.error is not None and same else 0
        one.found, one.at = found, self._clock()
        imported = {file, *_imported(found), *(look.marks if found.error is not None else ())}
        one.marks = {other: look.marks[other] if other in look.marks else _settled(other, look) for other in imported}
        one.near = look.near if found.error is not None or one.whole else {}
        return True

    def found(self) -> dict[Path, Found]:
        """What is known, by file."""
        return {path: one.found for path, one in self._files.items() if one.found is not None}

    def unknown(self) -> bool:
        """Is there a file of which nothing is known yet, and that is no slower than files may be?"""
        return any(
            one.found is None and (one.look is None or not self._is_slow(path, one.look))
            for path, one in self._files.items()
        )

    def slow(self) -> list[Path]:
        """Files whose import takes long, and has not ended."""
        return [path for path, one in self._files.items() if one.look is not None and self._is_slow(path, one.look)]

    @property
    def busy(self) -> bool:
        """Is a look under way?"""
        return any(one.look is not None for one in self._files.values())

    def folders(self) -> set[Path]:
        """The folders of all files that matter."""
        return {file.parent for one in self._files.values() for file in one.marks}

    def close(self) -> None:
        """Stop looking."""
        for one in self._files.values():
            if one.look is not None:
                self._stop(one.look)

    def _is_slow(self, file: Path, look: _Look) -> bool:
        return self._clock() - look.began >= slow_after(file)

    def _has_changed(self, one: _File, near: Marks) -> bool:
        if one.found is None or any(mark_of(file) != mark for file, mark in one.marks.items()):
            return True
        error = one.found.error
        if error is None:
            return one.whole and near != one.near
        again = RETRY * 2 ** min(one.failed, 6)
        return near != one.near or (not error.facts.get("empty") and self._clock() - one.at >= again)

    def _begin(self, path: Path, one: _File, near: Marks) -> None:
        marks = {file: mark_of(file) for file in {path, *one.marks}}
        wall = time.time_ns()
        discovery = Discovery([path])
        one.look = _Look(discovery, self._clock(), wall, marks, near)
        threading.Thread(target=self._wait, args=[path, discovery], name="penstock-look", daemon=True).start()

    def _wait(self, path: Path, discovery: Discovery) -> None:
        try:
            found = discovery.result()[0]
        except Exception as error:
            found = Found(path, error=DefinitionError(f"looking into it failed: {error}", file=str(path)))
        self._ended(path, found)

    def _stop(self, look: _Look) -> None:
        look.stopped = True
        look.discovery.stop()


def _imported(found: Found) -> set[Path]:
    """The project's own files that a file was seen to import, or that its error names."""
    names = {Path(spec.code.root, name) for spec in found.specs if spec.code is not None for name in spec.code.files}
    if found.error is not None and found.error.file is not None:
        names.add(Path(found.error.file))
    return names


def _settled(file: Path, look: _Look) -> Mark | None:
    """The mark of a file that a look has imported; None, so that it counts as changed, for one written meanwhile."""
    mark = mark_of(file)
    return None if mark is not None and look.wall <= mark.changed <= time.time_ns() else mark
