"""Settings of a file and of the environment, with every way to get them wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.compose.settings import Settings, load_settings
from penstock.errors import SettingsError

WHOLE = """
database = "postgresql://db/penstock"
workers = 3
gpus = 1.5
pipelines = ["jobs"]
[pools]
db = 2
"""


def _write(folder: Path, text: str | bytes) -> Path:
    file = folder / "penstock.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings(None, None, 0.0, {}, None)


def test_a_file_sets_everything(tmp_path: Path) -> None:
    _write(tmp_path, WHOLE)
    assert load_settings(tmp_path, {}) == Settings("postgresql://db/penstock", 3, 1.5, {"db": 2}, ["jobs"])


def test_the_nearest_file_upward_is_taken_alone(tmp_path: Path) -> None:
    _write(tmp_path, "workers = 3\ngpus = 2")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert load_settings(inner, {}).workers == 3
    _write(tmp_path / "a", "workers = 5")
    assert load_settings(inner, {}) == Settings(workers=5)


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    _write(tmp_path, WHOLE)
    env = {"PENSTOCK_DATABASE": "x.db", "PENSTOCK_WORKERS": "7", "PENSTOCK_GPUS": "0.5"}
    assert load_settings(tmp_path, env) == Settings("x.db", 7, 0.5, {"db": 2}, ["jobs"])


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    _write(tmp_path, WHOLE)
    assert load_settings(tmp_path, {"PENSTOCK_WORKERS": ""}).workers == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("workers = ", "can't be read"),
        (b"database = '\xff'", "can't be read"),
        ("wokers = 3", r"no setting 'wokers'.*'workers'"),
        ("workers = 0", "workers is 0, and must be a whole number from 1"),
        ("workers = -1", "workers is -1"),
        ("workers = 1.5", "workers is 1.5"),
        ("workers = true", "workers is True"),
        ("workers = 'many'", "workers is 'many'"),
        ("gpus = 'two'", "two"),
        ("gpus = []", "float"),
        ("pools = 3", "pools is a table"),
        ("[pools]\ndb = 0", "pool 'db' is 0"),
        ("[pools]\ndb = 'x'", "pool 'db' is 'x'"),
        ("pipelines = 'jobs'", "pipelines is a list"),
        ("pipelines = [1]", "pipelines is a list"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str | bytes, told: str) -> None:
    file = _write(tmp_path, text)
    with pytest.raises(SettingsError, match=told) as caught:
        load_settings(tmp_path, {})
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"), [("WORKERS", "0"), ("WORKERS", "two"), ("WORKERS", "1.5"), ("GPUS", "some")]
)
def test_a_wrong_variable_is_an_error_too(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=value):
        load_settings(tmp_path, {f"PENSTOCK_{name}": value})
