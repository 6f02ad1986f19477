"""What all bodies have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

#: ISO 8601 in UTC with microseconds. Kept as text: the store writes it so, and parsing it only to print it costs time.
Time: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Json: TypeAlias = Any


class Body(BaseModel):
    """A body that is answered."""

    # What no route reads or writes by itself is built when it is asked for: an eighth of the server's start.
    model_config = ConfigDict(json_schema_serialization_defaults_required=True, defer_build=True)


#: Levels of lists and dicts in one another that a body may have.
DEEPEST: Final = 60
_UNWRITABLE: Final = re.compile("[\ud800-\udfff\x00]")


class Asked(BaseModel):
    """A body that is asked: an unknown key is a mistake, and so are values of another kind, as `"yes"` for true, and
    texts that no database holds."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, body: Any) -> Any:
        _check(body, DEEPEST)
        return body


def _check(value: Any, levels: int) -> None:
    """Raise ValueError for half characters, null characters, and for what is too deep."""
    if isinstance(value, str):
        if _UNWRITABLE.search(value):
            raise ValueError(f"{value[:40]!a} holds a character that can't be stored")
    elif isinstance(value, dict | list):
        if not levels:
            raise ValueError(f"it is more than {DEEPEST} levels deep")
        for each in (*value, *value.values()) if isinstance(value, dict) else value:
            _check(each, levels - 1)


class Problem(Body):
    """What went wrong (RFC 9457, `application/problem+json`). `code` is stable; `cure` says what to do next."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    cure: str | None = None
    #: For bad input: where (a path into the body, or a parameter's name) and what.
    errors: list[FieldProblem] | None = None


class FieldProblem(Body):
    """One wrong part of what was asked."""

    where: str
    detail: str


Problem.model_rebuild()
