"""A text that is looked for in lines as they are written: whole blocks of bytes first, and few lines one by one."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Final

from penstock.logbook.lines import parse, strip

#: The sequences that colours are made of, as they stand in a line; not behind an odd number of backslashes, which makes
#: it another text. What else steers terminals is rare: such lines are looked at one by one.
_COLOUR: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u001b\[[0-?]*[@-\[\]-~]")
_MESSAGE: Final = b', "message": "'
_ESCAPES: Final = (b"\\u001b", b"\\u009b")
#: Kelvin's sign: the only character outside of ASCII whose lower case is within.
_KELVIN: Final = "\u212a"


class Needle:
    """Looks for `text`, in any case of its letters."""

    def __init__(self, text: str) -> None:
        self._folded = folded(text)
        self._bytes = _written(self._folded)
        self._pattern = None if self._folded.isascii() else re.compile(b"".join(map(_variants, self._folded)))
        self._odd = (*_ESCAPES, _written(_KELVIN)) if "k" in self._folded else _ESCAPES
        #: What ends a line is no part of its message.
        self._careful = "}" in text or '"' in text

    def may_be_in(self, data: bytes) -> bool:
        """Can lines be told not to hold it at a glance?"""
        low = _low(data)
        return self._is_in(low) or any(mark in low for mark in self._odd)

    def lines(self, data: bytes, texts: list[bytes]) -> list[int]:
        """The numbers of those lines of `data` whose message holds it. `texts`: the lines, in the same order."""
        lows = _low(data).split(b"\n")
        if len(lows) != len(texts) + 1:
            lows = [_low(text) for text in texts]
        messages = [line.partition(_MESSAGE)[2] for line in lows[: len(texts)]]
        if self._pattern is None:
            needle = self._bytes
            found = [number for number, message in enumerate(messages) if needle in message]
        else:
            search = self._pattern.search
            found = [number for number, message in enumerate(messages) if search(message)]
        found = [
            number
            for number in found
            if not (self._careful or b"\\" in messages[number]) or self.is_in(texts[number])
        ]
        return self._with_odd(found, messages, texts) if b"\\u" in data else found

    def is_in(self, line: bytes) -> bool:
        """Does the message of a line hold it?"""
        return self._folded in folded(strip(parse(line)[0]["message"]))

    def _with_odd(self, found: list[int], messages: list[bytes], texts: list[bytes]) -> list[int]:
        """Also the lines that only show it once they are read whole."""
        known = set(found)
        for number, message in enumerate(messages):
            if number not in known and any(mark in message for mark in self._odd) and self.is_in(texts[number]):
                known.add(number)
        return sorted(known)

    def _is_in(self, low: bytes) -> bool:
        return self._bytes in low if self._pattern is None else self._pattern.search(low) is not None


def folded(text: str) -> str:
    """A text in lower case, character by character; those whose lower case is longer stay."""
    return text.lower() if text.isascii() else text.translate(_lower())


def _low(data: bytes) -> bytes:
    low = data.lower()
    return _COLOUR.sub(rb"\1", low) if b"\\u001b" in low else low


def _written(text: str) -> bytes:
    """A text as it stands in a line."""
    return json.dumps(text)[1:-1].encode()


def _variants(character: str) -> bytes:
    """A pattern of all characters with this lower case, as they stand in a line in lower case."""
    written = {_written(other).lower() for other in _uppers().get(character, "") + character}
    return b"(?:" + b"|".join(map(re.escape, sorted(written))) + b")"


@cache
def _lower() -> dict[int, str]:
    pairs = ((code, chr(code).lower()) for code in range(0x1F000))
    return {code: low for code, low in pairs if len(low) == 1 and low != chr(code)}


@cache
def _uppers() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, low in _lower().items():
        found[low] = found.get(low, "") + chr(code)
    return found
