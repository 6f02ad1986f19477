"""Who says how an answer may be packed gets it so: by weight, by the star, or not at all."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from penstock.model.spec import PipelineSpec, TaskSpec
from penstock.server.codings import takes
from tests.server.world import World

TASKS = {f"task{number}": TaskSpec(f"task{number}") for number in range(100)}


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (["gzip"], True), (["GZIP"], True), (["br, gzip;q=0.5"], True), (["br", "gzip"], True), (["*"], True),
        (["br;q=1.0, *;q=0.1"], True), (["gzip ; q=1"], True), (["gzip;Q=0.001"], True),
        ([], False), ([""], False), (["br"], False), (["identity"], False), (["gzip;q=0"], False),
        (["gzip;q=0.0, *"], False), (["*;q=0"], False), (["notgzip"], False), (["gzip;q=x"], False),
        (["gzip;q=nan"], False), (["br", "gzip;q=0"], False),
    ],
)  # fmt: skip
def test_a_coding_is_taken_or_not(accepted: list[str], taken: bool) -> None:
    headers = Headers(raw=[(b"accept-encoding", each.encode()) for each in accepted])
    assert takes(headers, "gzip") is taken


@pytest.mark.parametrize(
    ("accepted", "coding"), [("gzip", "gzip"), ("*", "gzip"), ("gzip;q=0", None), ("gzip;q=0, *;q=1", None)]
)
def test_documents_are_packed_for_who_takes_it(world: World, accepted: str, coding: str | None) -> None:
    """What is packed on the way, and what was packed before."""
    identity = world.run(version=world.define(PipelineSpec("flights", tasks=TASKS)))
    for address, word in (("openapi.json", "openapi"), (f"runs/{identity}/graph", "task99")):
        answer = world.program.get(f"/api/v1/{address}", headers={"Accept-Encoding": accepted})
        assert (answer.status_code, answer.headers.get("content-encoding")) == (200, coding)
        assert answer.headers["vary"] == "Accept-Encoding"
        assert word in answer.text
