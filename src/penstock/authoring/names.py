"""Names of pipelines, tasks, datasets, params, tags."""

from __future__ import annotations

import re
from typing import Final

#: Letters of any script, digits, `_`, `-` and `.`; not a dot first; at most 200 characters.
NAME: Final = re.compile(r"[\w-][\w.-]{0,199}")
RULE: Final = "a name is 1 to 200 letters, digits, _, - or ., and begins with no dot"


def fits(name: object) -> bool:
    """Is this a name?"""
    return isinstance(name, str) and NAME.fullmatch(name) is not None
