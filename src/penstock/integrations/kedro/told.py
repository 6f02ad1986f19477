"""What may be told of parameters and commands: values that look like secrets are covered."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Final

COVER: Final = "***"
#: Words of names whose values are nobody's business.
_SECRET: Final = re.compile(
    r"(^|[_\-.])(password|passwd|pwd|passphrase|secret|secrets|token|credential|credentials|api[_\-]?key|"
    r"access[_\-]?key|private[_\-]?key|auth)($|[_\-.])",
    re.IGNORECASE,
)
_PAIR: Final = re.compile(r"([\w.\-]+)(\s*[=:]\s*)([^,]+)")


def is_secret(name: str) -> bool:
    """Does a name say that its value is a secret?"""
    return _SECRET.search(name) is not None


def covered(value: Any, name: str = "") -> Any:
    """Plain JSON with secrets covered, `name` being that of the value itself."""
    if is_secret(name) and value is not None and not isinstance(value, Mapping):
        return COVER
    if isinstance(value, Mapping):
        return {key: covered(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [covered(inner) for inner in value]
    return value


def covered_command(arguments: Sequence[str]) -> str:
    """A command line as it is typed, with the values of secrets in `name=value` and `name:value` covered."""
    return shlex.join([_PAIR.sub(_cover, argument) for argument in arguments])


def _cover(found: re.Match[str]) -> str:
    name, between, value = found.groups()
    return f"{name}{between}{COVER if is_secret(name) else value}"
