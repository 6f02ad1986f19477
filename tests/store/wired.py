"""Documents of the store against the bodies that the page relies on."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel


def assert_wire(body: type[BaseModel], document: Any) -> None:
    """The document is exactly what `body` says: every key and no other, of the right types, and plain JSON."""
    assert body.model_validate(document, strict=True).model_dump(by_alias=True) == document
    assert json.loads(json.dumps(document, allow_nan=False)) == document
