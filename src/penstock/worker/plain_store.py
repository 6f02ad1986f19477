"""A stand-in until the artifact room is there: plain values only, inline."""

from __future__ import annotations

import json
from typing import Any

from penstock.errors import Unstorable
from penstock.model.artifact import Artifact


class ArtifactStore:
    def __init__(self, root: str) -> None:
        self.root = root

    def get(self, artifact: Artifact) -> Any:
        return json.loads(artifact.inline or "null")

    def put(self, value: Any, key: str) -> Artifact:
        try:
            text = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise Unstorable(f"{key}: {error}") from error
        return Artifact("json", text, None, len(text), None, None, None, type(value).__name__)
