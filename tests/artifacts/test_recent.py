"""What a worker keeps in memory: bounded, and never anything else than what is on disk."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.artifacts import ArtifactStore, Recent, content
from penstock.artifacts.content import Stamp
from tests.artifacts.conftest import KEY, file_of


def at(size: int) -> Stamp:
    return Stamp(1, 1, size, 1)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 60)), max_size=40))
def test_bounds_hold_whatever_comes(kept: list[tuple[str, int]]) -> None:
    recent = Recent(max_bytes=100, max_items=3)
    last: dict[str, int] = {}
    for path, size in kept:
        recent.keep(path, "d", at(size), lambda path=path: path)
        last.pop(path, None)
        last[path] = size
        sizes = {each: last[each] for each in last if recent.find(each, "d", at(last[each])) is not None}
        # Looking made the rest older than these, in the order of `last`.
        last = {each: last[each] for each in last if each in sizes}
        assert sum(sizes.values()) <= 100
        assert len(sizes) == len(recent) <= 3
        assert path in sizes


def test_the_least_recently_used_goes_first() -> None:
    recent = Recent(max_bytes=100, max_items=2)
    recent.keep("a", "d", at(1), lambda: "a")
    recent.keep("b", "d", at(1), lambda: "b")
    assert recent.find("a", "d", at(1))
    recent.keep("c", "d", at(1), lambda: "c")
    assert recent.find("b", "d", at(1)) is None
    found = recent.find("a", "d", at(1))
    assert found is not None
    assert found() == "a"


def test_too_large_a_value_is_not_kept_and_drives_nobody_out() -> None:
    recent = Recent(max_bytes=10)
    recent.keep("a", "d", at(5), lambda: 1)
    recent.keep("b", "d", at(11), lambda: 1)
    assert len(recent) == 1


@pytest.mark.parametrize(("digest", "stamp"), [("other", at(1)), ("d", at(2)), ("d", None)])
def test_another_file_under_that_path_is_not_found(digest: str, stamp: Stamp | None) -> None:
    recent = Recent()
    recent.keep("a", "d", at(1), lambda: 1)
    assert recent.find("a", digest, stamp) is None
    assert len(recent) == 0


def test_what_was_put_or_read_needs_no_digest(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = store.put(pd.DataFrame({"x": [1]}), KEY)
    other = ArtifactStore(store.root)
    other.get(artifact)

    def refuse(*_: Any) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(content, "check", refuse)
    assert list(store.get(artifact)["x"]) == [1]
    assert list(other.get(artifact)["x"]) == [1]
    with pytest.raises(AssertionError, match="read again"):
        ArtifactStore(store.root).get(artifact)


def test_a_touched_file_is_read_again(store: ArtifactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = store.put(np.arange(1000), KEY)
    os.utime(file_of(store, artifact), ns=(1, 1))
    checked = []
    check = content.check
    monkeypatch.setattr(content, "check", lambda *all: (checked.append(all), check(*all)))
    assert store.get(artifact)[1] == 1
    assert store.get(artifact)[1] == 1
    assert len(checked) == 1


def test_stores_may_share_what_is_recent(store: ArtifactStore) -> None:
    recent = Recent()
    one, two = ArtifactStore(store.root, recent), ArtifactStore(store.root, recent)
    artifact = one.put(np.arange(1000), KEY)
    assert len(recent) == 1
    assert two.get(artifact)[1] == 1
