"""What import-linter can't see of the rooms' contracts: what stands in their texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import penstock

HOUSE = Path(penstock.__file__).parent
STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA) ")


def statements(file: Path) -> Iterator[str]:
    """Texts of a module that are SQL, with their line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
            yield f"{file.relative_to(HOUSE)}:{node.lineno}: {node.value}"


def test_only_the_store_names_a_table() -> None:
    found_in = {file: [*statements(file)] for file in HOUSE.rglob("*.py")}
    store = HOUSE / "store"
    assert any(found for file, found in found_in.items() if file.is_relative_to(store))
    assert [told for file, found in found_in.items() if not file.is_relative_to(store) for told in found] == []
