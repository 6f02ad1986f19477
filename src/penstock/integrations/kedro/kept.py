"""What is known of a dataset that the project keeps, once it was saved: never its data, and no credentials."""

from __future__ import annotations

import json
from typing import Any

from penstock.integrations.kedro.formats import format_of
from penstock.integrations.kedro.places import kind_of, place_of, told_place
from penstock.integrations.kedro.sizes import columns_of, rows_of, size_of
from penstock.model.artifact import Artifact


def kept_artifact(dataset: Any, data: Any, project: str) -> Artifact:
    """The artifact of what a dataset object of Kedro's holds now. `data` is what was saved; it is only looked at."""
    kind = kind_of(type(dataset))
    version = save_version(dataset)
    place = place_of(dataset)
    body = {
        "type": kind, "path": told_place(place, project) or None, "version": version,
        "format": format_of(kind, str(place or "")),
    }  # fmt: skip
    python_type = f"{type(data).__module__}.{type(data).__qualname__}".removeprefix("builtins.")
    return Artifact(
        "dataset", json.dumps(body), None, size_of(dataset, version), None, rows_of(data), columns_of(data),
        python_type,
    )  # fmt: skip


def load_version(dataset: Any) -> str | None:
    """The version of a dataset object of Kedro's that is loaded; None where there are none."""
    return _resolved(dataset, "resolve_load_version")


def save_version(dataset: Any) -> str | None:
    """The version that is saved; None where there are none."""
    return _resolved(dataset, "resolve_save_version")


def _resolved(dataset: Any, way: str) -> str | None:
    if getattr(dataset, "_version", None) is None:
        return None
    try:
        found = getattr(dataset, way)()
    except Exception:  # anybody's dataset
        return None
    return None if found is None else str(found)
