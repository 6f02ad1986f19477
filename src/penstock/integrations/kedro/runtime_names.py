"""Names that the configuration takes from the params of a run by Kedro's resolver: `${runtime_params:folder, data}`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped] # it comes with Kedro, and its stubs do not

from penstock.integrations.kedro.files import below

#: The name, and the default where it is plain; one that asks another resolver is left to Kedro.
_TAKEN: Final = re.compile(r"\$\{\s*runtime_params\s*:\s*([\w.\-]+)\s*(?:,([^${}]*)\})?")
_COMMENT: Final = re.compile(r"^\s*#.*$", re.MULTILINE)


def runtime_names(folders: Iterable[Path]) -> dict[str, Any]:
    """Defaults by name, of all files of these environments but credentials; None where there is none that is plain."""
    found: dict[str, Any] = {}
    for file in (file for folder in folders for file in below(folder) if file.suffix in (".yml", ".yaml", ".json")):
        for name, default in _TAKEN.findall(_COMMENT.sub("", file.read_text(encoding="utf-8", errors="replace"))):
            found[name] = _plain(default)
    return found


def _plain(text: str) -> Any:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    return value if isinstance(value, str | int | float | bool) else None
