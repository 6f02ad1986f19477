"""What all bodies have in common."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

#: ISO 8601 in UTC with microseconds. Kept as text: the store writes it so, and parsing it only to print it costs time.
Time: TypeAlias = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Json: TypeAlias = Any


class Body(BaseModel):
    """A body that is answered."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Asked(BaseModel):
    """A body that is asked: an unknown key is a mistake."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


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
