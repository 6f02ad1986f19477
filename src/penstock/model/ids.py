"""Names of runs: 16 characters, ordered by time, easy to read aloud and to paste.

Ten characters of milliseconds since 1970 and six of chance (30 bits), in Crockford's base 32
(https://www.crockford.com/base32.html) in lower case: no `i`, `l`, `o`, `u`.
"""

from __future__ import annotations

import re
from typing import Final

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
RUN_ID: Final = re.compile(r"[0-9a-hjkmnp-tv-z]{16}")
CHANCE_BITS: Final = 30


def run_id(at: float, chance: int) -> str:
    """The id of a run created at `at` (seconds since 1970); `chance` gives its last 30 bits."""
    number = (int(at * 1000) << CHANCE_BITS) | (chance & ((1 << CHANCE_BITS) - 1))
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(75, -5, -5))


def created_at(identity: str) -> float:
    """Seconds since 1970 that a run id carries. Raises ValueError for a text that is no run id."""
    if not RUN_ID.fullmatch(identity):
        raise ValueError(f"'{identity}' is no run id: 16 characters of {ALPHABET}")
    number = 0
    for character in identity:
        number = number * 32 + ALPHABET.index(character)
    return (number >> CHANCE_BITS) / 1000
