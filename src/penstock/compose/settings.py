"""Settings: `penstock.toml` (the nearest one upward), then `PENSTOCK_*` in the environment.

An own loader of a page: pydantic-settings costs 190 ms at every start (docs/decisions/0004-settings.md).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from penstock.errors import SettingsError
from penstock.model.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: a path or a `postgresql://` address, by default `penstock.db` in the home. `workers`: attempts at the
    same time, by default one a core. `gpus`: how many this machine has. `pools`: sizes by name.
    `pipelines`: folders that hold pipelines.
    """

    database: str | None = None
    workers: int | None = None
    gpus: float = 0.0
    pools: dict[str, int] = field(default_factory=dict)
    pipelines: list[str] | None = None


def load_settings(start: Path, env: Mapping[str, str]) -> Settings:
    """The settings for a folder. Raises SettingsError that says where, what and the cure."""
    values: dict[str, Any] = {}
    file = next((folder / "penstock.toml" for folder in (start.absolute(), *start.absolute().parents)
                 if (folder / "penstock.toml").is_file()), None)  # fmt: skip
    if file is not None:
        values.update(_of_file(file))
    known = {one.name for one in fields(Settings)}
    for name in ("database", "workers", "gpus"):
        text = env.get(f"PENSTOCK_{name.upper()}")
        if text:
            values[name] = text
    for name in values:
        if name not in known:
            raise SettingsError(f"{file}: there is no setting '{name}'", cure=did_you_mean(name, known))
    return _checked(values, str(file))


def _of_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} can't be read: {error}") from error


def _checked(values: dict[str, Any], file: str) -> Settings:
    made = dict(values)
    try:
        if "workers" in made:
            made["workers"] = _whole(made["workers"], "workers")
        if "gpus" in made:
            made["gpus"] = float(made["gpus"])
        pools = made.get("pools", {})
        if not isinstance(pools, dict):
            raise ValueError("pools is a table: write [pools] and a line `name = size` for each")
        made["pools"] = {str(name): _whole(size, f"pool '{name}'") for name, size in pools.items()}
        folders = made.get("pipelines")
        if folders is not None and not (isinstance(folders, list) and all(isinstance(one, str) for one in folders)):
            raise ValueError('pipelines is a list of folders, as in ["pipelines"]')
    except (ValueError, TypeError) as error:
        raise SettingsError(f"{file}: {error}") from error
    return Settings(**made)


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or int(value) < 1:
        raise ValueError(f"{what} is {value!r}, and must be a whole number from 1")
    return int(value)
