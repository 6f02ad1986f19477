from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.agent.frames import BadFrame, FrameReader, pack

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
messages = st.lists(st.tuples(st.text(), json_values).map(list), max_size=5)


@given(batches=st.lists(messages, max_size=5), cuts=st.lists(st.integers(min_value=1, max_value=40)))
def test_messages_come_back_however_the_stream_is_cut(batches: list[list[Any]], cuts: list[int]) -> None:
    data = b"".join(map(pack, batches))
    reader, found = FrameReader(), []
    for size in [*cuts, len(data)]:
        found.extend(reader.feed(data[:size]))
        data = data[size:]
    assert not data
    assert found == [message for batch in batches for message in batch]


def test_texts_that_are_no_unicode_survive() -> None:
    assert FrameReader().feed(pack([["x", "\ud800"]])) == [["x", "\ud800"]]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b"[[]]", b"[[1]]", b"[[", b"\xff\xff", b'[["x"]] ', b"null", b"[" * 5000]
)
def test_rubbish_is_found_out(body: bytes) -> None:
    with pytest.raises(BadFrame):
        FrameReader().feed(len(body).to_bytes(4, "big") + body)


def test_a_frame_that_is_too_long_is_refused_before_it_is_read() -> None:
    reader = FrameReader(limit=100)
    assert reader.feed(b"\0\0\0\x64") == []
    with pytest.raises(BadFrame, match="101"):
        FrameReader(limit=100).feed(b"\0\0\0\x65")


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else(data: bytes) -> None:
    try:
        found = FrameReader(limit=1000).feed(data)
    except BadFrame:
        return
    assert all(isinstance(message, list) and isinstance(message[0], str) for message in found)
    json.dumps(found)
