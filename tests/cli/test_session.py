"""The home at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.cli.session import anything_run
from penstock.compose.home import Home
from penstock.compose.settings import Settings
from penstock.errors import SettingsError


def test_the_home_of_somebody_else_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "exists", refused)
    with pytest.raises(SettingsError, match=f"belongs to {tmp_path.owner()}.*set PENSTOCK_HOME"):
        anything_run(Home(tmp_path, ""), Settings())


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match=f"{file} is no folder"):
        anything_run(Home(file, ""), Settings())
