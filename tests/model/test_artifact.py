"""Artifacts in messages and in run documents."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from penstock.model.artifact import Artifact

TEXT = st.text(max_size=20)
NUMBER = st.integers(0, 1 << 60)
ARTIFACTS = st.builds(
    Artifact,
    kind=st.sampled_from(["json", "table", "file", "array", "pickle"]),
    inline=st.none() | TEXT,
    path=st.none() | TEXT,
    bytes=NUMBER,
    digest=st.none() | TEXT,
    rows=st.none() | NUMBER,
    columns=st.none() | st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple),
    python_type=TEXT,
    safe=st.booleans(),
)


@given(ARTIFACTS)
def test_a_message_gives_back_the_artifact(artifact: Artifact) -> None:
    assert Artifact.from_list(json.loads(json.dumps(artifact.to_list()))) == artifact


def test_a_run_document_tells_columns_by_name() -> None:
    artifact = Artifact("table", None, "r/t/d.arrow", 10, "sha256:0", 3, (("a", "int64"), ("a", "string")), "x", True)
    assert artifact.as_output("d") == {
        "dataset": "d",
        "kind": "table",
        "bytes": 10,
        "rows": 3,
        "columns": [{"name": "a", "type": "int64"}, {"name": "a", "type": "string"}],
    }
