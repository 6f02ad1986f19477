"""What pydantic found wrong in a request, in our words: what it is, and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from penstock.model.nearest import nearest
from penstock.model.notation import as_json

#: Characters of a value that are told.
_SHOWN: Final = 100

#: By pydantic's types of errors (https://docs.pydantic.dev/latest/errors/validation_errors/).
_KINDS: Final[dict[str, str]] = {
    "int": "whole number", "float": "number", "bool": "true or false", "string": "text", "dict": "object",
    "list": "list", "model_attributes": "object", "model": "object",
}  # fmt: skip
_BOUNDS: Final[dict[str, tuple[str, str, str]]] = {
    "greater_than_equal": ("ge", "too small", "write {} or more"),
    "greater_than": ("gt", "too small", "write more than {}"),
    "less_than_equal": ("le", "too large", "write {} or less"),
    "less_than": ("lt", "too large", "write less than {}"),
}


def said(found: dict[str, Any]) -> tuple[str, str | None]:
    """A mistake and its cure; None where the mistake says it."""
    kind, context = str(found["type"]), found.get("ctx") or {}
    told = _PLAIN.get(kind)
    if told is not None:
        return told
    if kind in ("literal_error", "enum"):
        return _choice(found.get("input"), str(context.get("expected", "")))
    if kind in _BOUNDS:
        name, wrong, cure = _BOUNDS[kind]
        return f"{_value(found.get('input'))} is {wrong}", cure.format(f"{context[name]:,}")
    if kind in _LENGTHS:
        return _LENGTHS[kind](context)
    if kind == "value_error" and "error" in context:
        return str(context["error"]), None
    for suffix in ("_parsing", "_type", "_from_float", "_parsing_size"):
        what = _KINDS.get(kind.removesuffix(suffix)) if kind.endswith(suffix) else None
        if what is not None:
            return _no(found.get("input"), what)
    message = str(found["msg"])
    return message[:1].lower() + message[1:], None


def _no(given: Any, what: str) -> tuple[str, str]:
    if what == "true or false":
        return f"{_value(given)} is neither true nor false", "write true or false"
    article = "an" if what[0] in "aeiou" else "a"
    return f"{_value(given)} is no {what}", f"write {article} {what}" if what != "text" else "write a text, in quotes"


def _choice(given: Any, expected: str) -> tuple[str, str]:
    words = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    close = nearest(given, words) if isinstance(given, str) else None
    meant = f"did you mean '{close}'? " if close else ""
    wrong = f"there is no {_value(given)}" if isinstance(given, str) else f"{_value(given)} is no choice"
    return wrong, f"{meant}there are {', '.join(words)}"


def _value(given: Any) -> str:
    text = "a list" if isinstance(given, list) else "an object" if isinstance(given, dict) else as_json(given)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


_PLAIN: Final[dict[str, tuple[str, str | None]]] = {
    "missing": ("it is missing", "add it"),
    "extra_forbidden": ("there is no such key", None),
    "finite_number": ("it is not finite", "write a finite number"),
}
_LENGTHS: Final[dict[str, Callable[[dict[str, Any]], tuple[str, str]]]] = {
    "string_too_long": lambda context: ("the text is too long", f"write at most {context['max_length']:,} characters"),
    "string_too_short": lambda context: (
        "the text is too short",
        f"write at least {context['min_length']:,} characters",
    ),
    "too_long": lambda context: ("there are too many values", f"give at most {context['max_length']:,}"),
}
