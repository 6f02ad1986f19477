"""Settings of a file and of the environment, with every way to get them wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.compose.settings import Settings, load_settings
from penstock.errors import SettingsError
from penstock.model.spec import LimitSpec

WHOLE = """
database = "postgresql://db/penstock"
workers = 3
gpus = 1.5
pipelines = ["jobs"]
log_limit = "2MB"
project = "shop"
[pools]
db = 2
[limits.tags]
nightly = 2
reports = {runs = 1, full = "skip"}
[limits.pools]
api = 3
"""
LIMITS = {"nightly": LimitSpec(2), "reports": LimitSpec(1, "skip")}


def _write(folder: Path, text: str | bytes) -> Path:
    file = folder / "penstock.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings(None, None, 0.0, {}, None, 256 << 20, [], {})


def test_a_file_sets_everything(tmp_path: Path) -> None:
    _write(tmp_path, WHOLE)
    assert load_settings(tmp_path, {}) == Settings(
        "postgresql://db/penstock", 3, 1.5, {"db": 2, "api": 3}, ["jobs"], 2_000_000, limits=LIMITS, project="shop"
    )


def test_the_nearest_file_upward_is_taken_alone(tmp_path: Path) -> None:
    _write(tmp_path, "workers = 3\ngpus = 2")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert load_settings(inner, {}).workers == 3
    _write(tmp_path / "a", "workers = 5")
    assert load_settings(inner, {}) == Settings(workers=5)


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    _write(tmp_path, WHOLE)
    env = {
        "PENSTOCK_DATABASE": "x.db", "PENSTOCK_WORKERS": "7", "PENSTOCK_GPUS": "0.5", "PENSTOCK_POOLS": "a=1, b=2",
        "PENSTOCK_LOG_LIMIT": "512", "PENSTOCK_LIMITS": "hourly=1, nightly=3:cancel_oldest",
        "PENSTOCK_PROJECT": "stall",
    }  # fmt: skip
    limits = {"hourly": LimitSpec(1), "nightly": LimitSpec(3, "cancel_oldest")}
    found = load_settings(tmp_path, env)
    assert found == Settings("x.db", 7, 0.5, {"a": 1, "b": 2}, ["jobs"], 512, limits=limits, project="stall")


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    _write(tmp_path, WHOLE)
    assert load_settings(tmp_path, {"PENSTOCK_WORKERS": ""}).workers == 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("workers = ", "can't be read"),
        (b"database = '\xff'", "can't be read"),
        ("wokers = 3", r"no setting 'wokers'.*'workers'"),
        ("workers = 0", "'workers' is 0; write a whole number from 1 to 10,000"),
        ("workers = 9999999999999999999999", r"write a whole number from 1 to 10,000$"),
        ("workers = 10001", "'workers' is 10001; write a whole number from 1 to 10,000"),
        (f"workers = {'9' * 5000}", "can't be read"),
        ("[pools]\ndb = 2147483648", "write a whole number from 1 to 2,147,483,647"),
        ("[limits.tags]\nnightly = 2147483648", "write a whole number from 1 to 2,147,483,647"),
        ("[retention]\nkeep = '101y'", "'101y' is longer than anything lasts: write at most '100y'"),
        ("workers = -1", "'workers' is -1"),
        ("workers = 1.5", "'workers' is 1.5"),
        ("workers = true", "'workers' is True"),
        ("workers = 'many'", "'workers' is 'many'"),
        ("workers = '²'", "'workers' is '²'"),
        ("gpus = 'two'", "'gpus' is 'two'; write a number from 0"),
        ("gpus = []", "'gpus' is"),
        ("gpus = -1", "'gpus' is -1"),
        ("gpus = nan", "'gpus' is nan"),
        ("gpus = inf", "'gpus' is inf"),
        ("pools = 3", "'pools' is 3; write a table"),
        ("limits = 3", r"write \[limits.tags\] or \[limits.pools\]"),
        ("[limits.tag]\nnightly = 2", r"write \[limits.tags\] or \[limits.pools\]"),
        ("[limits.tags]\nnightly = 0", "write a whole number from 1"),
        ("[limits.tags]\nnightly = {runs = 2, full = 'wait'}", "with one of queue, skip, cancel_oldest, fail"),
        ("[limits.tags]\nnightly = {full = 'skip'}", 'write a number, or {runs = 2, full = "skip"}'),
        ("[pools]\ndb = 2\n[limits.pools]\ndb = 2", "the pool 'db' has two sizes"),
        ("[pools]\ndb = 0", "'pools' is {'db': 0}; write a whole number from 1"),
        ("[pools]\ndb = 'x'", "'pools' is {'db': 'x'}"),
        ("pipelines = 'jobs'", "'pipelines' is 'jobs'; write a list of folders"),
        ("pipelines = [1]", "'pipelines' is"),
        ("database = 3", "'database' is 3; write a path"),
        ("database = ''", "'database' is ''"),
        ("project = 'a shop'", "'project' is 'a shop'; a name is made of letters"),
        ("project = 3", "'project' is 3; a name is made of letters"),
        ("log_limit = 'much'", "'log_limit' is 'much'; .*is no size"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str | bytes, told: str) -> None:
    file = _write(tmp_path, text)
    with pytest.raises(SettingsError, match=told) as caught:
        load_settings(tmp_path, {})
    assert str(file) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKERS", "0"), ("WORKERS", "two"), ("WORKERS", "1.5"), ("GPUS", "some"), ("POOLS", "db"), ("POOLS", "db=0"),
     ("LOG_LIMIT", "-3"), ("PROJECT", ".shop")],
)  # fmt: skip
def test_a_wrong_variable_is_an_error_too(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"PENSTOCK_{name}: ") as caught:
        load_settings(tmp_path, {f"PENSTOCK_{name}": value})
    assert value.partition("=")[2] in str(caught.value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("runs.db", "FOLDER/runs.db"),
        ("/srv/runs.db", "/srv/runs.db"),
        ("sqlite:///runs.db", "sqlite:///FOLDER/runs.db"),
        ("sqlite:////srv/runs.db", "sqlite:////srv/runs.db"),
        ("postgresql://db/runs", "postgresql://db/runs"),
    ],
)
def test_a_path_in_a_file_is_told_from_its_folder(tmp_path: Path, text: str, meant: str) -> None:
    _write(tmp_path, f'database = "{text}"')
    inner = tmp_path / "inner"
    inner.mkdir()
    assert load_settings(inner, {}).database == meant.replace("FOLDER", str(tmp_path))
