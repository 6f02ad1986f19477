"""Frames between processes: four bytes of length (big-endian), then a JSON array of messages.

Each message is an array whose first element names it. Nothing here is ever unpickled, so a process that sends
rubbish can do no more than be found out. Python's JSON dialect is meant on both sides: NaN and Infinity are words.
"""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable
from typing import Any, Final, TypeAlias

Message: TypeAlias = list[Any]

#: Bytes of one frame. A fan-out of 100,000 items, each with a label and references, stays below it.
LIMIT: Final = 256 * 1024 * 1024
HEADER: Final = 4


def _encoder() -> Callable[[Any], str]:
    """Encodes one value. `JSONEncoder.encode` makes its encoder in C anew for every value, which takes longer than to
    encode a message; so one is made here.
    """
    plain = json.JSONEncoder(separators=(",", ":"), check_circular=False)
    make: Any = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        return plain.encode
    chunks = make(None, plain.default, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, True)
    return lambda value: "".join(chunks(value, 0))


_encode: Final = _encoder()
#: Decodes one value from a place on and tells where it ended, without the search for blanks of `decode`.
_scan: Final = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


class BadFrame(ValueError):
    """What came is no frame of messages."""


def pack(messages: list[Any]) -> bytes:
    """The frame of these messages. Raises TypeError for what JSON has no word for."""
    body = _encode(messages).encode("ascii")
    return len(body).to_bytes(HEADER, "big") + body


class FrameReader:
    """Puts frames together from the bytes of a stream as they come."""

    __slots__ = ("_limit", "_pieces", "_size", "_wanted")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._wanted = HEADER

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now, in order. Raises BadFrame; the stream is of no use after that."""
        if not self._size and len(data) > HEADER and data[:HEADER] == (len(data) - HEADER).to_bytes(HEADER, "big"):
            return _messages(data[HEADER:])  # one whole frame, as nearly always
        self._pieces.append(data)
        self._size += len(data)
        if self._size < self._wanted:
            return []
        data = data if len(self._pieces) == 1 else b"".join(self._pieces)
        found: list[Message] = []
        at, size = 0, len(data)
        self._wanted = HEADER
        while size - at >= HEADER:
            length = int.from_bytes(data[at : at + HEADER], "big")
            if length > self._limit:
                raise BadFrame(f"a frame of {length:,} bytes, more than {self._limit:,}")
            end = at + HEADER + length
            if end > size:
                self._wanted = HEADER + length
                break
            found.extend(_messages(data[at + HEADER : end]))
            at = end
        rest = data[at:] if at else data
        self._pieces = [rest] if rest else []
        self._size = len(rest)
        return found


def _messages(body: bytes) -> list[Message]:
    try:
        messages, end = _scan(body.decode("ascii"), 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise BadFrame(f"no JSON: {body[:60]!r}") from error
    if not isinstance(messages, list) or end != len(body):
        raise BadFrame(f"no array of messages: {body[:60]!r}")
    for message in messages:
        if not isinstance(message, list) or not message or not isinstance(message[0], str):
            raise BadFrame(f"no message: {str(message)[:60]!r}")
    return messages
