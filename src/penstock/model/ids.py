"""Names of runs: a 63-bit number ordered by time (the key), written as 13 characters (the id).

The key is 42 bits of milliseconds since 1970 (enough until 2109) and 21 bits of chance. The id is the key
in Crockford's base 32 (https://www.crockford.com/base32.html), lower case: no `i`, `l`, `o`, `u`. Order of
ids, of keys and of creation are the same (between processes, to the millisecond), and neither needs the database to
be made.
"""

from __future__ import annotations

import os
import re
import threading
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
RUN_ID: Final = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{12}")
CHANCE_BITS: Final = 21
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


def run_key(at: float, chance: int) -> int:
    """The key of a run created at `at` (seconds since 1970); `chance` gives its last 21 bits."""
    return (int(at * 1000) << CHANCE_BITS) | (chance & ((1 << CHANCE_BITS) - 1))


class Keys:
    """Gives out keys. Those of one moment differ and rise as they are given out, so that runs that are asked for
    one right after the other begin in that order. May be used by several threads.
    """

    #: Of keys in one millisecond, how far one lies after the one before, at most.
    STEP: Final = 1 << 10
    #: Milliseconds that keys may run ahead of the clock where thousands are given out for one moment.
    NEAR: Final = 1000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self, at: float) -> int:
        """The key of a run created at `at` (seconds since 1970)."""
        with self._lock:
            chance = int.from_bytes(os.urandom(4), "big")
            key = run_key(at, chance)
            if 0 <= (self._last >> CHANCE_BITS) - (key >> CHANCE_BITS) < self.NEAR:
                key = self._last + 1 + chance % self.STEP
            self._last = key
            return key


#: Those of this process.
new_key: Final = Keys().new


def run_id(key: int) -> str:
    """The id of a key."""
    return "".join([ALPHABET[(key >> shift) & 31] for shift in range(60, -5, -5)])


def key_of(identity: str) -> int:
    """The key of an id. Raises ValueError for a text that is no run id."""
    if not RUN_ID.fullmatch(identity):
        raise ValueError(f"'{identity}' is no run id: those are 13 characters of {ALPHABET}")
    key = 0
    for character in identity:
        key = key * 32 + _VALUES[character]
    return key


def created_at(key: int) -> float:
    """Seconds since 1970 that a key carries."""
    return (key >> CHANCE_BITS) / 1000
