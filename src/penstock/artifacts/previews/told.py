"""Plain values as a page shows them: what is tagged in the stored text becomes JSON that people can read.

No object is made of what the text says, and no library is imported for it.
"""

from __future__ import annotations

import binascii
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from penstock.artifacts.tags import TAG


def told(text: str) -> Any:
    """The stored text of a plain value as JSON data without tags. Raises ValueError for a text that is not ours."""
    try:
        return _told(json.loads(text))
    except (KeyError, TypeError, IndexError, RecursionError, OverflowError) as error:
        raise ValueError(f"no plain value ({type(error).__name__}: {error})") from error


def told_text(text: str) -> str:
    """The same as JSON text, in one line."""
    return json.dumps(told(text), ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _told(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1 and TAG in value:
            name, *parts = value[TAG]
            return _TAGS[name](*parts)
        return {key: _told(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_told(each) for each in value]
    return value


def _pairs(pairs: list[Any]) -> Any:
    """A dict whose keys are not all texts: by text where these differ, else as pairs."""
    named = {_key(key): _told(value) for key, value in pairs}
    return named if len(named) == len(pairs) else [[_told(key), _told(value)] for key, value in pairs]


def _key(key: Any) -> str:
    shown = _told(key)
    return shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)


def _base64(text: str) -> str:
    return binascii.a2b_base64(text).hex(" ")


def _surrogates(text: str) -> str:
    return binascii.a2b_base64(text).decode("utf-8", "replace")


def _moment(text: str, zone: str | None = None, _fold: int = 0) -> str:
    return text if zone is None else f"{text} {zone}"


def _complex(real: Any, imaginary: Any) -> str:
    shown = str(_told(imaginary))
    return f"{_told(real)}{'' if shown.startswith('-') else '+'}{shown}j"


def _same(text: Any) -> Any:
    return text


def _numpy(kind: str, value: Any) -> Any:
    if kind[1:2] in ("M", "m"):
        return f"{value} ({kind[1:]})"
    return _told(value)


def _listed(values: list[Any]) -> list[Any]:
    return [_told(each) for each in values]


#: Each takes the parts that `artifacts.tags` writes under the name.
_TAGS: Final[dict[str, Callable[..., Any]]] = {
    "str": _surrogates,
    "int": lambda text: f"{text} (hexadecimal)",
    "float": _same,
    "complex": _complex,
    "dict": _pairs,
    "tuple": _listed,
    "set": _listed,
    "frozenset": _listed,
    "bytes": _base64,
    "bytearray": _base64,
    "datetime": _moment,
    "time": _moment,
    "date": _same,
    "timedelta": lambda days, seconds, microseconds: str(timedelta(days, seconds, microseconds)),
    "Decimal": _same,
    "UUID": lambda text: f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}",
    "Path": lambda text: _told(text),
    "PurePosixPath": lambda text: _told(text),
    "numpy": _numpy,
}
