"""Policies of whole pipelines: the section `pipelines` of `penstock.yml`.

pipelines:
  __default__: {timeout: 2h, on_timeout: cancelled, concurrency: {runs: 1, full: skip}}
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, Final

from penstock.authoring.limit import Limit
from penstock.authoring.problems import Problems
from penstock.authoring.reading import Reader
from penstock.integrations.kedro.marked_yaml import Marked
from penstock.model.nearest import did_you_mean
from penstock.model.spec import ON_TIMEOUT, LimitSpec, PipelineSpec

SECTION: Final = "pipelines"
LIMIT: Final = ("runs", "full")


def with_policies(spec: PipelineSpec, layers: Iterable[Marked], problems: Problems) -> PipelineSpec:
    """The pipeline with what the layers of the configuration say of it, what counts most last."""
    said: dict[str, Marked] = {}
    for layer in layers:
        marked = layer.at(SECTION).at(spec.name)
        said.update({name: marked.at(name) for name in marked.keys() if name in _READ})  # noqa: SIM118
    made = {
        name: _READ[name](Reader(f"pipeline '{spec.name}'", {name: each.value}, each.place, problems))
        for name, each in said.items()
    }
    return dataclasses.replace(spec, **made) if made else spec


def _limit(reader: Reader) -> LimitSpec | None:
    value = reader.options["concurrency"]
    if not isinstance(value, dict):
        return reader.limit()
    unknown = [name for name in value if name not in LIMIT]
    for name in unknown:
        reader.wrong(f"concurrency of {reader.whose} has no '{name}'", did_you_mean(str(name), LIMIT))
    if "runs" not in value:
        reader.wrong(
            f"concurrency of {reader.whose} does not say how many runs", "write it as in {runs: 1, full: skip}"
        )
    elif not unknown:
        limit = Limit(**value)
        limit.place = reader.place
        return Reader(reader.whose, {"concurrency": limit}, reader.place, reader.problems).limit()
    return None


_READ: Final[dict[str, Callable[[Reader], Any]]] = {
    "timeout": lambda reader: reader.seconds("timeout"),
    "on_timeout": lambda reader: reader.choice("on_timeout", ON_TIMEOUT, "failed"),
    "concurrency": _limit,
    "durability": lambda reader: reader.choice("durability", ("pipelined", "strict"), "pipelined"),
    "labels": lambda reader: reader.labels(),
}
PIPELINE_POLICIES: Final = tuple(_READ)
