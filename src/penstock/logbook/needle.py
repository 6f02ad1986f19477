"""A text that is looked for in lines as they are written: whole blocks of bytes first, and few lines one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from penstock.logbook.lines import parse, strip

#: The sequences that colours are made of, as they stand in a line; not behind an odd number of backslashes, which makes
#: it another text. What else steers terminals is rare: such lines are looked at one by one.
_COLOUR: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u001b\[[0-?]*[@-\[\]-~]")
_BARE_COLOUR: Final = re.compile(rb"\\u001b\[[0-?]*[@-\[\]-~]")
#: So many different colours, and fewer, are taken out one by one.
_FEW: Final = 64
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

    def lines(self, data: bytes, count: int, texts: Callable[[], list[bytes]]) -> list[int]:
        """The numbers of those lines of `data` whose message holds it.

        `data` has `count` lines, `texts` gives them; where it has more, they are not all that is in it.
        """
        low = _low(data)
        odd = b"\\u" in low and any(mark in low for mark in self._odd)
        if not odd and not self._is_in(low):
            return []
        lows = low.split(b"\n")[:-1]
        if len(lows) != count:
            lows = [_low(line) for line in texts()]
        found = self._holding(lows)
        if self._careful or b"\\" in low:
            # An escape may look like a part of the text.
            found = [n for n in found if not (self._careful or b"\\" in lows[n]) or self.is_in(texts()[n])]
        if odd:
            others = set(range(len(lows))).difference(found)
            found += [n for n in others if any(mark in lows[n] for mark in self._odd) and self.is_in(texts()[n])]
            found.sort()
        return found

    def is_in(self, line: bytes) -> bool:
        """Does the message of a line hold it?"""
        return self._folded in folded(strip(parse(line)[0]["message"]))

    def _holding(self, lows: list[bytes]) -> list[int]:
        """The numbers of the lines that hold its bytes behind their head."""
        start = len(_MESSAGE)
        if self._pattern is None:
            needle = self._bytes
            # First in the whole line: most often it is in none, or in the messages.
            found = [number for number, line in enumerate(lows) if needle in line]
            return [number for number in found if lows[number].find(needle, lows[number].find(_MESSAGE) + start) >= 0]
        search = self._pattern.search
        return [number for number, line in enumerate(lows) if search(line, line.find(_MESSAGE) + start)]

    def _is_in(self, low: bytes) -> bool:
        return self._bytes in low if self._pattern is None else self._pattern.search(low) is not None


def folded(text: str) -> str:
    """A text in lower case, character by character; those whose lower case is longer stay."""
    return text.lower() if text.isascii() else text.translate(_lower())


def _low(data: bytes) -> bytes:
    """Lines in lower case, without colours."""
    low = data.lower()
    return _uncoloured(low) if b"\\u001b" in low else low


def _uncoloured(low: bytes) -> bytes:
    """A block has few different colours: taking each out at once is ten times as fast as a pattern that replaces.

    Not so behind a backslash, or where what is left around one colour looks like another one: then the lengths differ.
    """
    if b"\\\\u001b" not in low:
        found = _BARE_COLOUR.findall(low)
        different = set(found)
        if len(different) <= _FEW:
            bare = low
            for colour in different:
                bare = bare.replace(colour, b"")
            if len(low) - len(bare) == sum(map(len, found)):
                return bare
    return _COLOUR.sub(rb"\1", low)


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
