"""What is known of a dataset that the project keeps, once it was saved: never its data, and no credentials."""

from __future__ import annotations

import json
from typing import Any

from penstock.artifacts.content import stamp_of
from penstock.integrations.kedro.formats import format_of
from penstock.integrations.kedro.places import kind_of, place_of, told_place
from penstock.integrations.kedro.sizes import columns_of, measured, rows_of
from penstock.model.artifact import Artifact


def kept_artifact(dataset: Any, data: Any, project: str) -> Artifact:
    """The artifact of what a dataset object of Kedro's holds now. `data` is what was saved; it is only looked at."""
    kind = kind_of(type(dataset))
    version, size = measured(dataset, "save")
    place = place_of(dataset)
    told = told_place(place, project) or None
    body = {
        "type": kind, "path": told, "version": version, "format": format_of(kind, str(place or "")),
        "stamp": None if version else stamp_of(project, told),
    }  # fmt: skip
    python_type = f"{type(data).__module__}.{type(data).__qualname__}".removeprefix("builtins.")
    return Artifact(
        "dataset", json.dumps(body), None, size, None, rows_of(data), columns_of(data),
        python_type,
    )  # fmt: skip
