"""Where Penstock keeps things: a folder `.penstock` near the project, or PENSTOCK_HOME."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from penstock.authoring.home import find_home
from penstock.errors import SettingsError
from penstock.store.barred import HOME_OF_YOUR_OWN, barred

if TYPE_CHECKING:
    from penstock.store.instances import Process

__all__ = ["Home", "find_home"]


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one home. `database_url` is a path or an address; nothing is made before it is needed."""

    path: Path
    database_url: str

    @property
    def artifacts(self) -> Path:
        """Stored values."""
        return self.path / "artifacts"

    @property
    def logs(self) -> Path:
        """What tasks printed."""
        return self.path / "logs"

    @property
    def lifelines(self) -> Path:
        """What engines leave while they live, and their agents after them."""
        return self.path / "engines"

    def lifeline(self, process: Process) -> Path:
        """What is locked while an engine or its agent lives (executors.lifelines)."""
        return self.lifelines / f"{process.pid}-{process.pid_started}"

    @property
    def exists(self) -> bool:
        """Has anything been run here, as far as the folder tells?"""
        return os.path.isdir(self.path)  # False also where we may not know: then it is not ours

    @property
    def unwritable(self) -> str | None:
        """Why nothing can be written here, if so; None also where there is nothing yet."""
        return barred(self.path, write=True)

    def make(self) -> None:
        """Make the folder, for its owner alone and not for git.

        Raises SettingsError where it can't be made, or not be written.
        """
        try:
            if self.path.is_file():
                raise SettingsError(f"{self.path} is no folder", cure="set PENSTOCK_HOME to a folder")
            if not self.exists:
                self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
                (self.path / ".gitignore").write_text("*\n", encoding="ascii")
        except OSError as error:
            raise SettingsError(
                f"{self.path} can't be made ({error.strerror})",
                cure="set PENSTOCK_HOME to a folder that can be written",
            ) from error
        why = self.unwritable
        if why is not None:
            raise SettingsError(f"{self.path} can't be written: {why}", cure=HOME_OF_YOUR_OWN)

    @contextmanager
    def entered(self) -> Iterator[Path]:
        """Make the folder for this process, whose lifeline is given; what was made in vain is removed again."""
        from penstock.store.instances import this_process

        new = not self.exists
        self.make()
        lifeline = self.lifeline(this_process())
        try:
            yield lifeline
        finally:
            with suppress(OSError):
                lifeline.unlink(missing_ok=True)
                if new:
                    self._remove_if_empty()

    def _remove_if_empty(self) -> None:
        """Raises OSError when somebody else has begun to use it."""
        self.lifelines.rmdir()
        if [one.name for one in self.path.iterdir()] == [".gitignore"]:
            (self.path / ".gitignore").unlink()
            self.path.rmdir()
