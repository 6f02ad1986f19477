"""Large answers are packed once, and the oldest go when there are too many."""

from __future__ import annotations

import gzip

import pytest

from penstock.server.packed import Packed


def test_what_was_made_is_kept() -> None:
    packed = Packed()
    assert gzip.decompress(packed.of("a", lambda: b"first")) == b"first"
    assert gzip.decompress(packed.of("a", lambda: b"second")) == b"first"


def test_those_asked_for_longest_ago_go_first() -> None:
    content = {name: name.encode() * 10 for name in "abc"}
    packed = Packed(most=2 * len(gzip.compress(content["a"], 4, mtime=0)))
    for name in "abac":
        packed.of(name, lambda name=name: content[name])
    assert packed.of("a", lambda: b"new") == packed.of("a", lambda: b"")
    assert gzip.decompress(packed.of("a", lambda: b"new")) == content["a"]
    assert gzip.decompress(packed.of("b", lambda: b"new")) == b"new"


def test_what_cannot_be_made_is_not_kept() -> None:
    def broken() -> bytes:
        raise KeyError("gone")

    packed = Packed()
    with pytest.raises(KeyError):
        packed.of("a", broken)
    assert gzip.decompress(packed.of("a", lambda: b"there")) == b"there"
