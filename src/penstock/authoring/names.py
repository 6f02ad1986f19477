"""Names of pipelines, tasks, datasets, params, tags."""

from __future__ import annotations

import re
from typing import Final

#: Letters of any script, digits, `_`, `-` and `.`; not a dot first.
NAME: Final = re.compile(r"[\w-][\w.-]*")
#: Bytes as UTF-8: names become names of files, which may have 255, and something is added to them.
LONGEST: Final = 200
RULE: Final = f"a name is made of letters, digits, _, - and ., begins with no dot, and has at most {LONGEST} bytes"


def fits(name: object) -> bool:
    """Is this a name?"""
    return isinstance(name, str) and NAME.fullmatch(name) is not None and len(name.encode()) <= LONGEST
