"""Where things are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.compose.home import Home, find_home
from penstock.errors import SettingsError


def test_the_nearest_home_upward_is_taken(tmp_path: Path) -> None:
    inner = tmp_path / "project" / "jobs"
    inner.mkdir(parents=True)
    (tmp_path / ".penstock").mkdir()
    assert find_home(inner, {}) == tmp_path / ".penstock"
    (tmp_path / "project" / ".penstock").mkdir()
    assert find_home(inner, {}) == tmp_path / "project" / ".penstock"


def test_a_project_with_settings_has_a_home_of_its_own(tmp_path: Path) -> None:
    inner = tmp_path / "project" / "jobs"
    inner.mkdir(parents=True)
    (tmp_path / ".penstock").mkdir()
    (tmp_path / "project" / "penstock.toml").write_text("")
    assert find_home(inner, {}) == tmp_path / "project" / ".penstock"
    (inner / ".penstock").mkdir()
    assert find_home(inner, {}) == inner / ".penstock"


def test_a_file_of_that_name_is_no_home(tmp_path: Path) -> None:
    inner = tmp_path / "project"
    inner.mkdir()
    (inner / ".penstock").write_text("")
    (tmp_path / ".penstock").mkdir()
    assert find_home(inner, {}) == tmp_path / ".penstock"


def test_without_one_it_will_be_here(tmp_path: Path) -> None:
    assert find_home(tmp_path, {}) == tmp_path / ".penstock"
    assert list(tmp_path.iterdir()) == []


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".penstock").mkdir()
    assert find_home(tmp_path, {"PENSTOCK_HOME": "/else/where"}) == Path("/else/where")
    assert find_home(tmp_path, {"PENSTOCK_HOME": ""}) == tmp_path / ".penstock"
    monkeypatch.setenv("HOME", "/home/me")
    assert find_home(tmp_path, {"PENSTOCK_HOME": "~/runs"}) == Path("/home/me/runs")
    monkeypatch.chdir(tmp_path)
    assert find_home(tmp_path, {"PENSTOCK_HOME": "runs"}) == tmp_path / "runs"


def test_a_home_of_nobody_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PENSTOCK_HOME is ~nobody-there/runs, and nobody tells where ~nobody"):
        find_home(tmp_path, {"PENSTOCK_HOME": "~nobody-there/runs"})


def test_a_home_is_made_when_it_is_needed_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "a" / ".penstock", "x.db")
    assert not home.exists
    home.make()
    home.make()
    assert home.exists
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert (home.artifacts, home.logs) == (home.path / "artifacts", home.path / "logs")
    assert [file.name for file in home.path.iterdir()] == [".gitignore"]
    assert (home.path / ".gitignore").read_text() == "*\n"


def test_a_home_that_cannot_be_made_names_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"file/home can't be made .*PENSTOCK_HOME"):
        Home(tmp_path / "file" / "home", "x.db").make()
    with pytest.raises(SettingsError, match=r"file is no folder.*PENSTOCK_HOME"):
        Home(tmp_path / "file", "x.db").make()
