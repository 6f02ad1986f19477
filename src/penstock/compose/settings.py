"""Settings: `penstock.toml` (the nearest one upward), then `PENSTOCK_*` in the environment.

A loader of a page: pydantic-settings costs 190 ms at every start (docs/decisions/0004-settings.md).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from penstock.agent.logs import LIMIT
from penstock.authoring.home import settings_file
from penstock.authoring.names import RULE, fits
from penstock.compose.retention_rules import rules_of
from penstock.errors import SettingsError
from penstock.model.bounds import MOST, MOST_WORKERS
from penstock.model.durations import size
from penstock.model.nearest import did_you_mean
from penstock.model.retention import Rule
from penstock.model.spec import WHEN_FULL, LimitSpec


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set; docs/settings.md says more.

    `database`: a path or an address, None: `penstock.db` in the home. `workers`: attempts at the same time, None: one a
    core. `gpus`: how many this machine has. `pools`: slots by name, over all engines of the database. `pipelines`:
    folders that hold pipelines, None: see `authoring.discovery`. `log_limit`: bytes of one attempt's log that are kept.
    `retention`: how long runs are kept. `limits`: runs at the same time, by tag. `project`: its name, None: that of the
    folder (compose.belonging).
    """

    database: str | None = None
    workers: int | None = None
    gpus: float = 0.0
    pools: dict[str, int] = field(default_factory=dict)
    pipelines: list[str] | None = None
    log_limit: int = LIMIT
    retention: list[Rule] = field(default_factory=list)
    limits: dict[str, LimitSpec] = field(default_factory=dict)
    project: str | None = None


def load_settings(start: Path, env: Mapping[str, str]) -> Settings:
    """The settings for a folder. Raises SettingsError that says where, what and the cure."""
    file = settings_file(start)
    values = {} if file is None else _of_file(file)
    for name in values:
        if name not in _READ:
            raise SettingsError(f"{file}: there is no setting '{name}'", cure=did_you_mean(name, _READ))
    read = {name: _read(name, value, str(file)) for name, value in values.items()}
    if "limits" in read:
        read["limits"], pools = read["limits"]
        for name in pools:
            if name in read.get("pools", {}):
                told = f"{file}: the pool '{name}' has two sizes, under [pools] and [limits.pools]"
                raise SettingsError(told, cure="keep one of them")
        read["pools"] = {**read.get("pools", {}), **pools}
    if file is not None and read.get("database"):
        read["database"] = _from(file.parent, read["database"])
    for name, read_text in _TEXTS.items():
        text = env.get(variable(name))
        if text:
            found = _read(name, text, variable(name), read_text)
            read[name] = found[0] if name == "limits" else found
    return Settings(**read)


def variable(name: str) -> str:
    """The environment's name of a setting."""
    return f"PENSTOCK_{name.upper()}"


def _of_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} can't be read: {error}", cure="correct it, or remove it") from error


def _read(name: str, value: Any, where: str, made: Callable[[str], Any] | None = None) -> Any:
    """The value of a setting; `made` makes of a text what a file would hold."""
    try:
        return _READ[name](value if made is None else made(value))
    except ValueError as error:
        raise SettingsError(f"{where}: '{name}' is {value!r}", cure=str(error)) from error


def _from(folder: Path, database: str) -> str:
    """A path as it is meant in a file of that folder; addresses stay."""
    if database.startswith("sqlite:///"):
        return f"sqlite:///{folder / database.removeprefix('sqlite:///')}"
    return database if "://" in database else str(folder / Path(database).expanduser())


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("write a path, or an address such as postgresql://user@host/name")
    return value


def _name(value: Any) -> str:
    if not fits(value):
        raise ValueError(RULE)
    return str(value)


def _whole(value: Any, most: int = MOST) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal():
        raise ValueError("write a whole number from 1")
    if len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise ValueError(f"write a whole number from 1 to {most:,}")
    return int(text)


def _workers(value: Any) -> int:
    return _whole(value, MOST_WORKERS)


def _count(value: Any) -> float:
    try:
        number = -1.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ValueError("write a number from 0")
    return number


def _pools(value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise ValueError("write a table: [pools], and below it a line `name = slots` for each")
    return {str(name): _whole(slots) for name, slots in value.items()}


def _limits(value: Any) -> tuple[dict[str, LimitSpec], dict[str, int]]:
    """Limits of runs by tag, and sizes of pools."""
    if not isinstance(value, dict) or not set(value) <= {"tags", "pools"}:
        raise ValueError("write [limits.tags] or [limits.pools], and below it a line `name = 2` for each")
    tags = value.get("tags", {})
    if not isinstance(tags, dict):
        raise ValueError("write a table: [limits.tags], and below it a line `tag = runs` for each")
    return {str(name): _limit(limit) for name, limit in tags.items()}, _pools(value.get("pools", {}))


def _limit(value: Any) -> LimitSpec:
    if not isinstance(value, dict):
        return LimitSpec(_whole(value))
    full = value.get("full", "queue")
    if "runs" not in value or not set(value) <= {"runs", "full"} or full not in WHEN_FULL:
        raise ValueError(f'write a number, or {{runs = 2, full = "skip"}} with one of {", ".join(WHEN_FULL)}')
    return LimitSpec(_whole(value["runs"]), full)


def _limits_of(text: str) -> dict[str, Any]:
    tags = {}
    for name, value in _pools_of(text).items():
        runs, colon, full = value.partition(":")
        tags[name] = {"runs": runs, "full": full} if colon else runs
    return {"tags": tags}


def _folders(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('write a list of folders, as in ["pipelines"]')
    return value


def _pools_of(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in text.split(",")]
    if not all(equals for _, equals, _ in parts):
        raise ValueError("write slots by name, as in warehouse=2,api=8")
    return {name.strip(): slots.strip() for name, _, slots in parts}


#: How each setting is read, and which may come as a text of the environment.
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "database": _text, "workers": _workers, "gpus": _count, "pools": _pools, "pipelines": _folders, "log_limit": size,
    "retention": rules_of, "limits": _limits, "project": _name,
}  # fmt: skip
_TEXTS: Final[dict[str, Callable[[str], Any]]] = {
    "database": str, "workers": str, "gpus": str, "pools": _pools_of, "log_limit": str,
    "limits": _limits_of, "project": str,
}  # fmt: skip
#: Names of settings, by where they may be set.
SETTABLE: Final = {"file": tuple(_READ), "variable": tuple(_TEXTS)}
