"""Artifacts in messages."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.artifact import Artifact

TEXTS = st.text(max_size=10)
ARTIFACTS = st.builds(
    Artifact,
    kind=st.sampled_from(["json", "table", "file", "array", "pickle"]),
    inline=st.none() | TEXTS,
    path=st.none() | TEXTS,
    bytes=st.integers(0),
    digest=st.none() | TEXTS,
    rows=st.none() | st.integers(0),
    columns=st.none() | st.lists(st.tuples(TEXTS, TEXTS)).map(tuple),
    python_type=TEXTS,
    safe=st.booleans(),
)


@given(ARTIFACTS)
def test_messages_keep_everything(artifact: Artifact) -> None:
    assert Artifact.from_list(json.loads(json.dumps(artifact.to_list()))) == artifact


def test_the_form_of_messages() -> None:
    """The engine reads these places without making an artifact (engine/dispatch, engine/apply)."""
    table = Artifact("table", None, "run/a/x.arrow", 10, "sha256:0", 2, (("n", "int64"),), "pandas.DataFrame")
    assert table.to_list() == [
        "table", None, "run/a/x.arrow", 10, "sha256:0", 2, [{"name": "n", "type": "int64"}], "pandas.DataFrame", True,
    ]  # fmt: skip


@pytest.mark.parametrize("form", [[], [1, 2], ["json"] * 10])
def test_what_is_no_artifact(form: list[object]) -> None:
    with pytest.raises(ValueError, match="values to unpack"):
        Artifact.from_list(form)
