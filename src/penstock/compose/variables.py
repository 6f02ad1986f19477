"""Variables of the environment that are called as ours are, and that nothing reads: most often a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from penstock.authoring.home import SETTINGS
from penstock.compose.settings import SETTABLE, variable
from penstock.model.nearest import nearest

_BEGINNING: Final = variable("")
_OTHERS: Final = ("home", "token", "debug", "kedro", "kedro_viz", "kedro_spool", "agent_profile", "page")
_KNOWN: Final = frozenset(variable(name) for name in (*SETTABLE["variable"], *_OTHERS))
_IN_FILE: Final = frozenset(variable(name) for name in SETTABLE["file"]) - _KNOWN
#: Of crash tests, and of tests that need a service.
_OF_TESTS: Final = (variable("fault"), variable("test_"))
#: Kubernetes and linked containers tell of a service that is called penstock; of these the port is an address.
_OF_SERVICE: Final = re.compile(rf"{_BEGINNING}(SERVICE_(HOST|PORT)|PORT_\d)|{_BEGINNING}PORT=\w+://")


def unread(env: Mapping[str, str]) -> str | None:
    """A line that tells which variables of ours nothing reads, with what may be meant; None where there are none."""
    told = [_told(name) for name in sorted(env) if _is_unread(name, env[name])]
    return f"nothing reads {', '.join(told)}" if told else None


def _is_unread(name: str, value: str) -> bool:
    if not name.startswith(_BEGINNING) or name in _KNOWN or name.startswith(_OF_TESTS):
        return False
    return _OF_SERVICE.match(f"{name}={value}") is None


def _told(name: str) -> str:
    if name in _IN_FILE:
        return f"{name} (it is set in {SETTINGS} alone)"
    close = nearest(name.removeprefix(_BEGINNING), [one.removeprefix(_BEGINNING) for one in _KNOWN])
    return name if close is None else f"{name} (did you mean {variable(close)}?)"
