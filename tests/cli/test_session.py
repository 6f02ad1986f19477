"""The home at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.cli.session import anything_run
from penstock.compose.home import Home
from penstock.compose.settings import Settings
from penstock.errors import SettingsError


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match=f"{file} is no folder"):
        anything_run(Home(file, ""), Settings())
