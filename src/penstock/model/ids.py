"""Names of runs: a 63-bit number ordered by time (the key), written as 13 characters (the id).

The key is 42 bits of milliseconds since 1970 (enough until 2109) and 21 bits of chance. The id is the key
in Crockford's base 32 (https://www.crockford.com/base32.html), lower case: no `i`, `l`, `o`, `u`. Order of
ids, of keys and of creation are the same, and neither needs the database to be made.
"""

from __future__ import annotations

import re
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
RUN_ID: Final = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{12}")
CHANCE_BITS: Final = 21
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


def run_key(at: float, chance: int) -> int:
    """The key of a run created at `at` (seconds since 1970); `chance` gives its last 21 bits."""
    return (int(at * 1000) << CHANCE_BITS) | (chance & ((1 << CHANCE_BITS) - 1))


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
